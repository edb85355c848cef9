// The golden messages, which the server's tests hold too: what one side writes, the other reads.

import { decode } from "@msgpack/msgpack";
import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeCommand, type Command } from "../src/wire/commands";
import { ProtocolError } from "../src/wire/fields";
import type { Decision, Frame } from "../src/wire/frame";
import { decodeMessage, type Present, type ServerMessage, type Status } from "../src/wire/messages";
import type { RunEntry } from "../src/wire/runs";
import { type Block, type TableName } from "../src/wire/tables";
import { goldenMessages, seeded } from "./support";

type Plain = Record<string, unknown>;

const messages = goldenMessages();
const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));
const hexOf = ({ buffer, byteOffset, byteLength }: Uint8Array | Uint16Array | Uint32Array | Float32Array) => ({
  $bin: Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString("hex"),
});

test("there are golden messages of every kind", () => {
  const types = new Set(messages.map(({ value }) => value["type"]));
  for (const type of [
    "hello", "present", "snapshot", "status", "frame", "metrics", "evaluation", "checkpoint", "change", "ack", "error",
    "start", "pause", "resume", "step", "speed", "learning_rate", "epsilon", "save", "stop", "games", "moves",
    "play", "play_start", "play_key", "play_stop",
    "runs", "note", "go_on", "boards", "follow",
  ]) {
    assert.ok(types.has(type), `no golden message of type ${type}`);
  }
});

for (const { name, from, hex, value } of messages) {
  if (from === "server") {
    test(`reads ${name}`, () => {
      assert.deepEqual(plain(decodeMessage(bytesOf(hex))), withoutHeader(value));
    });
  } else {
    test(`writes ${name}`, () => {
      const { id, ...command } = value;
      if (command["seed"] !== undefined) command["seed"] = BigInt(command["seed"] as number);
      const written = decode(encodeCommand(command as unknown as Command, id as number));
      assert.deepEqual(written, decode(bytesOf(hex)));
    });
  }
}

test("a seed of all 64 bits arrives whole", () => {
  const written = decode(encodeCommand({ type: "start", seed: 2n ** 64n - 1n }, 1), { useBigInt64: true }) as Plain;
  assert.equal(written["seed"], 2n ** 64n - 1n);
});

test("damaged messages are refused in words or read, and never break the page", () => {
  const random = seeded(7);
  const below = (bound: number) => Math.floor(random() * bound);
  let refused = 0;
  for (let round = 0; round < 4000; round++) {
    const whole = bytesOf(messages[below(messages.length)]!.hex);
    const damaged = round % 2 === 0 ? whole.slice(0, below(whole.length)) : whole;
    for (let hit = 0; hit < 1 + below(3) && damaged.length > 0; hit++) damaged[below(damaged.length)] = below(256);
    try {
      decodeMessage(damaged);
    } catch (error) {
      assert.ok(error instanceof ProtocolError, String(error));
      refused += 1;
    }
  }
  assert.ok(refused > 1000, `only ${refused} were refused`);
});

// The decoded message in the notation of the golden file.
function plain(message: ServerMessage): Plain {
  switch (message.type) {
    case "hello": {
      const { frameRate, readOnly, ...rest } = message.hello;
      return { type: "hello", frame_rate: frameRate, ...rest, read_only: readOnly };
    }
    case "present":
      return { type: "present", ...plainPresent(message.present) };
    case "snapshot": {
      const { blocks, changes, runs } = message.snapshot;
      const whole = { type: "snapshot", ...plainPresent(message.snapshot), ...plainBlocks(blocks), changes };
      return runs ? { ...whole, runs: runs.map(plainRun) } : whole;
    }
    case "status":
      return { type: "status", ...plainStatus(message.status) };
    case "frame":
      return { type: "frame", ...plainFrame(message.frame) };
    case "change":
      return { type: "change", ...message.change };
    case "runs":
      return { type: "runs", changed: message.runs.changed.map(plainRun), removed: message.runs.removed };
    case "metrics":
    case "evaluation":
      return { type: message.type, ...plainBlocks(message.blocks) };
    case "games":
      return { ...message };
    case "boards": {
      const { cells, lines, ...rest } = message.boards;
      return { type: "boards", ...rest, cells: hexOf(cells), lines: hexOf(lines) };
    }
    case "play": {
      const { cells, active, ghost, next, canHold, ...rest } = message.play;
      const raw = Object.entries({ cells, active, ghost, next }).map(([key, bytes]) => [key, hexOf(bytes)]);
      return { type: "play", ...rest, can_hold: canHold, ...Object.fromEntries(raw) };
    }
    case "moves": {
      const { block, ...rest } = message;
      const { cells, moves, counts, highest, below, ...plainly } = block;
      const raw = { cells, moves, counts, highest, below };
      return { ...rest, ...plainly, ...Object.fromEntries(Object.entries(raw).map(([key, bytes]) => [key, hexOf(bytes)])) };
    }
    case "error": {
      const { field, ...rest } = message;
      return field === null ? rest : { ...rest, field };
    }
    default:
      return { ...message };
  }
}

function plainPresent({ status, config, frame }: Present): Plain {
  return { status: plainStatus(status), config, frame: frame && plainFrame(frame) };
}

function plainStatus({ speedLimit, ...status }: Status): Plain {
  return { ...status, speed_limit: speedLimit };
}

function plainRun({ meanLines, files, ...run }: RunEntry): Plain {
  return { ...run, mean_lines: meanLines, files: Object.fromEntries(files) };
}

function plainFrame({ cells, placed, next, value, decision, text, ...frame }: Frame): Plain {
  return {
    ...frame, cells: hexOf(cells), placed: hexOf(placed), next: hexOf(next),
    value: Number.isNaN(value) ? { $float: "NaN" } : value,
    decision: decision && plainDecision(decision),
    ...(text && { text }),
  };
}

function plainDecision({ cells, placements, columns, featureNames, unlisted, ...decision }: Decision): Plain {
  return {
    ...decision,
    cells: hexOf(cells),
    pieces: hexOf(Uint8Array.from(placements.map(({ piece }) => piece))),
    placements: hexOf(Uint16Array.from(placements.flatMap((row) => [...row.cells]))),
    values: hexOf(Float32Array.from(placements.map((row) => row.value))),
    rewards: hexOf(Float32Array.from(placements.map((row) => row.reward))),
    columns: hexOf(columns),
    feature_names: featureNames,
    ...(unlisted && { unlisted }),
    features: hexOf(Float32Array.from(placements.flatMap((row) => [...row.features]))),
  };
}

function plainBlocks(blocks: Partial<Record<TableName, Block>>): Plain {
  return Object.fromEntries(
    Object.entries(blocks).map(([name, { start, rows, columns }]) => {
      const table: Plain = { start, rows };
      for (const [column, values] of columns) {
        const key = values instanceof Float64Array ? "$f64" : "$f32";
        table[column] = rows === 0 ? [] : { [key]: [...values].map((cell) => (Number.isNaN(cell) ? null : cell)) };
      }
      return [name, table];
    }),
  );
}

// Order and time of a message say nothing about its meaning; an empty column has no telling width.
function withoutHeader({ seq: _seq, t: _t, ...value }: Plain): Plain {
  return JSON.parse(JSON.stringify(value), (_key, part: unknown) =>
    typeof part === "object" && part !== null && Object.values(part).every((cells) => Array.isArray(cells) && cells.length === 0)
      && ("$f32" in part || "$f64" in part) ? [] : part,
  ) as Plain;
}
