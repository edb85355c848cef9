// A server that trains nothing: it serves the built page and pushes made-up messages as fast as it is told to.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { encode } from "@msgpack/msgpack";

const KEYS = new Set(["step", "seconds", "episode", "update"]);
const COLUMNS = {
  episodes: ["step", "seconds", "episode", "length", "reward", "lines", "score"],
  updates: [
    "step", "seconds", "episode", "update", "loss", "td_error", "mean_q", "gradient_norm", "epsilon", "learning_rate",
    "steps_per_second", "updates_per_second", "buffer_fill",
  ],
  summaries: ["step", "seconds", "episode", "mean_reward", "mean_lines", "mean_length"],
  evaluations: ["step", "seconds", "episode", "games", "mean_lines", "ci95_low", "ci95_high", "best"],
  positions: ["step", "seconds", "episode", "value"],
};
const [WIDTH, HEIGHT, LISTED, FEATURES] = [10, 20, 12, 10];

let state = 1;
function random() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}

const bytesOf = (array) => new Uint8Array(array.buffer);

/** Rows `start..start + rows` of a stream, with noise and rare spikes for values. */
function table(name, start, rows) {
  const made = { start, rows };
  for (const column of COLUMNS[name]) {
    const wide = KEYS.has(column);
    const values = new (wide ? Float64Array : Float32Array)(rows);
    for (let row = 0; row < rows; row++) {
      values[row] = wide ? (column === "seconds" ? 0.1 : 10) * (start + row + 1) : random() * (random() < 0.001 ? 100 : 1);
    }
    made[column] = bytesOf(values);
  }
  return made;
}

function frame(step) {
  const cells = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, index) => (index < 80 || random() < 0.3 ? 0 : 1 + Math.floor(7 * random())));
  const floats = (length) => bytesOf(Float32Array.from({ length }, random));
  return {
    width: WIDTH, height: HEIGHT, cells, placed: bytesOf(Uint16Array.of(190, 191, 192, 193)), piece: 1, next: Uint8Array.of(2), hold: 0,
    lines: step, pieces: step, score: step, episode: 1, step, value: random(),
    decision: {
      cells, piece: 1, pieces: new Uint8Array(LISTED).fill(1), count: 17, chosen: 0, explored: false, values: floats(LISTED), rewards: floats(LISTED),
      placements: bytesOf(Uint16Array.from({ length: 4 * LISTED }, () => Math.floor(200 * random()))),
      columns: floats(WIDTH), actions: [], feature_names: Array.from({ length: FEATURES }, (_, index) => `feature_${index}`),
      features: floats(5 * FEATURES),
    },
  };
}

const status = { state: "running", message: null, run: "made-up-1", preset: "quick", step: 0, speed_limit: null };

/** One binary message as a WebSocket frame. */
function framed(message) {
  const body = encode(message);
  const head = body.length < 126 ? Buffer.from([0x82, body.length]) : Buffer.alloc(body.length < 65536 ? 4 : 10);
  if (body.length >= 126) {
    head[0] = 0x82;
    head[1] = body.length < 65536 ? 126 : 127;
    if (body.length < 65536) head.writeUInt16BE(body.length, 2);
    else head.writeBigUInt64BE(BigInt(body.length), 2);
  }
  return Buffer.concat([head, body]);
}

/** Serves the page of `folder`; boards come `rate` times a second over a history of `points` rows a stream. */
export function serve(folder, points, rate) {
  const assets = new Map(
    readFileSync(join(folder, "manifest.txt"), "utf8").trim().split("\n").map((line) => {
      const [path, file, type] = line.split("\t");
      return [path, { type, body: readFileSync(join(folder, file)) }];
    }),
  );
  const tables = Object.fromEntries(Object.keys(COLUMNS).map((name) => [name, table(name, 0, points)]));
  const config = { agent: { gamma: 0.99 } };
  const snapshot = framed({ type: "snapshot", status, config, frame: frame(1), ...tables, changes: [] });
  const server = createServer((request, response) => {
    const asset = assets.get(request.url);
    response.writeHead(asset ? 200 : 404, { "content-type": asset?.type ?? "text/plain" });
    response.end(asset?.body);
  });
  server.on("upgrade", (request, socket) => {
    const key = createHash("sha1").update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key.digest("base64")}\r\n\r\n`);
    const push = (message) => socket.writable && socket.write(framed(message));
    push({ type: "hello", protocol: 1, server: "made up", started: 1, frame_rate: rate, presets: [], configs: {}, form: [] });
    push({ type: "present", status, config, frame: frame(1) });
    socket.write(snapshot);
    let [tick, rows] = [0, points];
    const timer = setInterval(() => {
      tick += 1;
      push({ type: "frame", seq: tick, t: tick, ...frame(10 * points + tick) });
      if (tick % Math.round(rate / 10) !== 0) return;
      const more = ["episodes", "updates", "summaries", "positions"].map((name) => [name, table(name, rows, 1)]);
      rows += 1;
      push({ type: "metrics", seq: tick, t: tick, ...Object.fromEntries(more) });
    }, 1000 / rate);
    socket.on("error", () => {});
    socket.on("close", () => clearInterval(timer));
    socket.resume();
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}
