// The protocol as another client speaks it: `ws` of Node, by the words of PROTOCOL.md alone, without any code of the page.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { decode, encode } from "@msgpack/msgpack";
import { WebSocket } from "ws";
import { freePort, ServerProcess } from "./server.mjs";

const server = new ServerProcess("tetris-dash", (address, folder) => ["serve", "--addr", address, "--out", folder]);
let origin = "";

before(async () => {
  const url = await server.start(await freePort());
  origin = new URL(url).origin;
});
after(() => server.dispose());

/** A client that keeps what it was told until somebody waits for it. */
class Client {
  #socket;
  #told = [];
  #waiting = null;
  #id = 0;

  constructor() {
    this.#socket = new WebSocket(`${origin.replace("http", "ws")}/ws`, { origin });
    this.#socket.binaryType = "nodebuffer";
    this.#socket.on("message", (data, isBinary) => {
      assert.ok(isBinary, "every message is binary");
      this.#told.push(decode(data));
      this.#waiting?.();
    });
    this.opened = new Promise((resolve, reject) => {
      this.#socket.once("open", resolve);
      this.#socket.once("error", reject);
    });
    this.closed = new Promise((resolve) => this.#socket.once("close", resolve));
  }

  /** The first message not yet taken that is wanted; those before it are dropped. */
  async next(wanted) {
    const until = Date.now() + 20_000;
    for (;;) {
      const message = this.#told.shift();
      if (message && wanted(message)) return message;
      if (message) continue;
      assert.ok(Date.now() < until, "what was waited for did not come within 20 s");
      await new Promise((resolve) => {
        this.#waiting = resolve;
        setTimeout(resolve, 250);
      });
    }
  }

  of(type) {
    return this.next((message) => message.type === type);
  }

  /** Sends a command and gives its answer. */
  async ask(type, keys = {}) {
    const id = ++this.#id;
    this.#socket.send(encode({ type, id, ...keys }));
    return this.next((message) => message.id === id);
  }

  send(data, options) {
    this.#socket.send(data, options);
  }

  end() {
    this.#socket.close(1000);
    return this.closed;
  }
}

async function connect() {
  const client = new Client();
  await client.opened;
  return client;
}

test("a client is told what there is, then what changes, in order", async () => {
  const client = await connect();
  const hello = await client.next(() => true);
  assert.equal(hello.type, "hello");
  assert.equal(hello.protocol, 1);
  assert.ok(hello.presets.includes("quick"));
  const told = await client.next(() => true);
  const snapshot = told.type === "present" ? await client.next(() => true) : told;
  assert.equal(snapshot.type, "snapshot");
  let { seq } = await client.of("frame");
  for (let messages = 0; messages < 20; messages += 1) {
    const message = await client.next((message) => "seq" in message);
    assert.ok(message.seq > seq, `${message.seq} after ${seq}`);
    seq = message.seq;
  }
  await client.end();
});

test("one client steers, and another one sees it", async () => {
  const [one, other] = [await connect(), await connect()];
  assert.equal((await one.ask("pause")).type, "ack");
  const paused = await other.next((message) => message.type === "status" && message.state === "paused");
  assert.equal((await one.ask("step", { count: 3 })).type, "ack");
  const stepped = await other.next((message) => message.type === "status" && message.step > paused.step);
  assert.equal(stepped.state, "paused");
  const refused = await one.ask("speed", { limit: -1 });
  assert.equal(refused.type, "error");
  assert.equal(refused.code, "invalid_config");
  assert.equal((await one.ask("resume")).type, "ack");
  await other.next((message) => message.type === "status" && message.state === "running");
  await Promise.all([one.end(), other.end()]);
});

test("what is no command is answered, what is no message ends the connection", async () => {
  const client = await connect();
  client.send(encode(["no", "map"]));
  const error = await client.of("error");
  assert.deepEqual([error.id, error.code], [null, "malformed"]);
  client.send("text", { binary: false });
  assert.equal(await client.closed, 1003);

  const large = await connect();
  large.send(Buffer.alloc(65 * 1024));
  assert.equal(await large.closed, 1009);
});
