import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Connection, type Link, type Socket } from "../src/net/connection";

// The browser's end of a WebSocket, moved by hand.
class HandSocket implements Socket {
  binaryType: BinaryType = "blob";
  readyState: WebSocket["readyState"] = 0;
  sent: Uint8Array[] = [];
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;

  send(data: unknown): void {
    this.sent.push(data as Uint8Array);
  }
  close(): void {
    this.readyState = 2;
  }
  opens(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  fails(): void {
    this.readyState = 3;
    this.onclose?.();
  }
}

let sockets: HandSocket[] = [];
let links: Link[] = [];
let received: ArrayBuffer[] = [];

function connect(): Connection {
  const open = () => {
    const socket = new HandSocket();
    sockets.push(socket);
    return socket;
  };
  const connection = new Connection(open, { link: (link) => links.push(link), message: (data) => received.push(data) });
  connection.connect();
  return connection;
}

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  sockets = [];
  links = [];
  received = [];
});

test("the waits are 1 s, doubling to 30 s, and the time of the next try is told", () => {
  connect();
  const waits: number[] = [];
  for (let round = 0; round < 8; round++) {
    sockets.at(-1)!.fails();
    const link = links.at(-1)!;
    assert.ok(link.kind === "waiting");
    const wait = link.until - Date.now();
    waits.push(wait);
    mock.timers.tick(wait - 1);
    assert.equal(sockets.length, round + 1, "not before its time");
    mock.timers.tick(1);
    assert.equal(sockets.length, round + 2, "and then at once");
  }
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 30, 30, 30].map((seconds) => seconds * 1000));
});

test("a server that greets resets the wait, one that only accepts does not", () => {
  const connection = connect();
  const wait = () => {
    const link = links.at(-1)!;
    assert.ok(link.kind === "waiting");
    return link.until - Date.now();
  };
  for (const expected of [1000, 2000]) {
    sockets.at(-1)!.opens();
    sockets.at(-1)!.fails();
    assert.equal(wait(), expected);
    mock.timers.tick(expected);
  }
  sockets.at(-1)!.opens();
  connection.confirm();
  sockets.at(-1)!.fails();
  assert.equal(wait(), 1000);
});

test("a try by hand does not wait and makes no second socket", () => {
  const connection = connect();
  sockets[0]!.fails();
  connection.connect();
  connection.connect();
  assert.equal(sockets.length, 2);
  mock.timers.tick(5000);
  assert.equal(sockets.length, 2, "the timer of the wait is gone");
});

test("a socket that does not open within ten seconds is given up", () => {
  connect();
  mock.timers.tick(10_000);
  assert.equal(sockets[0]!.readyState, 2);
  assert.equal(links.at(-1)!.kind, "waiting");
  mock.timers.tick(1000);
  assert.equal(sockets.length, 2);
});

test("a socket that opens and stays silent is given up, and the waits go on growing", () => {
  connect();
  for (const wait of [1000, 2000, 4000]) {
    const socket = sockets.at(-1)!;
    mock.timers.tick(5_000);
    socket.opens();
    mock.timers.tick(9_999);
    assert.equal(socket.readyState, 1);
    mock.timers.tick(1);
    assert.equal(socket.readyState, 2);
    const link = links.at(-1)!;
    assert.ok(link.kind === "waiting");
    assert.equal(link.until - Date.now(), wait);
    mock.timers.tick(wait);
  }
});

test("a server that has said something may be silent for long", () => {
  connect();
  const socket = sockets[0]!;
  socket.opens();
  socket.onmessage!({ data: new ArrayBuffer(1) });
  mock.timers.tick(3_600_000);
  assert.deepEqual([socket.readyState, sockets.length, links.at(-1)!.kind], [1, 1, "open"]);
});

test("binary messages arrive, and nothing of a socket that was given up", () => {
  const connection = connect();
  const socket = sockets[0]!;
  socket.opens();
  assert.equal(socket.binaryType, "arraybuffer");
  const message = new ArrayBuffer(3);
  const deliver = socket.onmessage!;
  deliver({ data: message });
  deliver({ data: "text" });
  assert.deepEqual(received, [message]);
  connection.drop();
  assert.equal(socket.onmessage, null);
  assert.equal(socket.onclose, null);
});

test("sending needs an open socket", () => {
  const connection = connect();
  const bytes = new Uint8Array([1]);
  assert.equal(connection.send(bytes), false);
  sockets[0]!.opens();
  assert.equal(connection.send(bytes), true);
  assert.deepEqual(sockets[0]!.sent, [bytes]);
  sockets[0]!.fails();
  assert.equal(connection.send(bytes), false);
});
