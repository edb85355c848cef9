// Kept games played again: board by board what the engine says, as files and as links.

import { decode, encode } from "@msgpack/msgpack";
import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { dropsOf } from "../src/replay/drops";
import { fromChosen, fromFile, fromLink, toFile, toLink, WholeRecording } from "../src/replay/file";
import { Position } from "../src/replay/position";
import { ServerRecording } from "../src/replay/recording";
import { decisionOf, isValued } from "../src/replay/thoughts";
import { Travel } from "../src/replay/travel";
import { ProtocolError } from "../src/wire/fields";
import { decodeMessage } from "../src/wire/messages";
import type { Block, GameInfo } from "../src/wire/games";
import { golden, goldenMessages, seeded } from "./support";

interface GoldenGame {
  name: string;
  width: number;
  height: number;
  moves: string;
  boards: { pieces: number; cells: string; lines: number; score: number }[];
}

const games = golden<GoldenGame[]>("games.json");
const fromHex = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));
const config = { environment: { reward_per_piece: 1, reward_per_line: 10 } };

function blockOf({ width, height, moves }: GoldenGame): Block {
  const raw = fromHex(moves);
  return {
    from: 0, width, height, cells: new Uint8Array(width * height), lines: 0, score: 0,
    moves: dropsOf(width).length > 256 ? new Uint16Array(raw.buffer) : raw,
    counts: new Uint8Array(), highest: new Float32Array(), below: new Uint16Array(),
  };
}

function goldenBlock(): Block {
  const message = decodeMessage(fromHex(goldenMessages().find(({ name }) => name === "moves")!.hex));
  assert.equal(message.type, "moves");
  return (message as { block: Block }).block;
}

/** The same game cut into stretches of `length` placements. */
function cut(whole: Block, length: number): Block[] {
  const blocks: Block[] = [];
  for (let from = 0; from < whole.moves.length; from += length) {
    const before = new Position(whole);
    before.advance(from);
    const { cells, lines, score } = before;
    blocks.push({ ...whole, from, cells, lines, score, moves: whole.moves.slice(from, from + length) });
  }
  return blocks;
}

for (const game of games) {
  test(`${game.name}: every board is the engine's`, () => {
    const position = new Position(blockOf(game));
    for (const { pieces, cells, lines, score } of game.boards) {
      position.advance(pieces);
      assert.equal(Buffer.from(position.cells).toString("hex"), cells, `after ${pieces} pieces`);
      assert.deepEqual([position.lines, position.score], [lines, score], `after ${pieces} pieces`);
    }
  });
}

test("the golden games hold cleared lines, wide boards and ends", () => {
  assert.ok(games.some(({ boards }) => boards.at(-1)!.lines > 40));
  assert.ok(games.some(({ width }) => dropsOf(width).length > 256));
});

test("a stretch tells what the agent thought of each placement", () => {
  const block = goldenBlock();
  const [first, second, third] = [0, 1, 2].map((made) => {
    const position = new Position(block);
    position.advance(made);
    return decisionOf(block, made, position.cells, config);
  });
  // The O could go to nine places and there are only two values: they are of another board, and are left out.
  assert.deepEqual([first!.piece, first!.count, first!.explored, isValued(first!)], [2, 9, false, false]);
  assert.deepEqual([second!.piece, second!.count, second!.explored], [1, 17, true]);
  assert.deepEqual([...first!.placements[0]!.cells], [180, 181, 190, 191]);
  assert.equal(third!.piece, 6);
  assert.equal(first!.placements[0]!.reward, 1);
});

test("values lead to the best placements, the best first, the taken one always among them", () => {
  const whole = blockOf(games[0]!);
  const counts = new Uint8Array(whole.moves.length);
  counts[0] = 1;
  const piece = dropsOf(10)[whole.moves[0]!]!.piece;
  const of = dropsOf(10).filter((drop) => drop.piece === piece).length;
  counts[0] = of;
  // The later in the list, the better: the distances are whole numbers.
  const half = (number: number) => new Uint32Array(new Float32Array([number]).buffer)[0]! >>> 16;
  const below = Uint16Array.from({ length: of }, (_, index) => half(of - 1 - index));
  const block: Block = { ...whole, counts, highest: Float32Array.of(7.5), below };
  const decision = decisionOf(block, 0, whole.cells, config);
  assert.deepEqual(decision.placements.slice(0, 3).map(({ value }) => value), [7.5, 6.5, 5.5]);
  assert.ok(isValued(decision));
  const taken = new Position(whole);
  taken.advance(1);
  assert.deepEqual([...decision.placements[decision.chosen]!.cells], [...taken.placed]);
  assert.equal(decision.columns.length, 10);
  assert.equal(Math.max(...decision.columns), 7.5);
});

test("a file brings the whole game back, and a link a short one", async () => {
  const whole = blockOf(games[0]!);
  const recording = new WholeRecording("Game 3", 2, true, config, cut(whole, 100));
  const back = fromFile(await toFile(recording));
  assert.deepEqual([back.title, back.episode, back.over, back.first, back.pieces], ["Game 3", 2, true, 0, whole.moves.length]);
  assert.deepEqual(back.config, config);
  assert.deepEqual(await back.stretch(whole.moves.length - 1), await recording.stretch(whole.moves.length - 1));
  const hash = await toLink(recording);
  assert.match(hash!, /^#replay=[\w-]+$/);
  const linked = await fromLink(hash!);
  assert.equal(linked!.pieces, whole.moves.length);
  assert.deepEqual(await linked!.stretch(150), await recording.stretch(150));
  assert.equal(await fromLink("#other"), null);
  await assert.rejects(fromLink(hash!.slice(0, -20)), ProtocolError);
  await assert.rejects(fromLink("#replay=%%%"), ProtocolError);
  const random = seeded(3);
  const long = { ...whole, moves: Uint8Array.from({ length: 60_000 }, () => Math.floor(162 * random())) };
  assert.equal(await toLink(new WholeRecording("long", 0, true, null, [long])), null);
});

test("damaged files are refused in words", async () => {
  const file = await toFile(new WholeRecording("Game 1", 0, true, null, cut(blockOf(games[0]!), 100)));
  const fields = decode(file) as Record<string, unknown> & { blocks: Record<string, unknown>[] };
  assert.throws(() => fromFile(Uint8Array.of(1, 2, 3)), /no game/);
  assert.throws(() => fromFile(encode({ ...fields, version: 2 })), /newer/);
  assert.throws(() => fromFile(encode({ ...fields, blocks: [] })), /no moves/);
  assert.throws(() => fromFile(encode({ ...fields, blocks: [fields.blocks[0], fields.blocks[2]] })), /follow each other/);
  assert.throws(() => fromFile(encode({ ...fields, blocks: [{ ...fields.blocks[0], moves: Uint8Array.of(200) }] })), /moves/);
  const random = seeded(5);
  for (let round = 0; round < 500; round++) {
    const damaged = file.slice();
    for (let hit = 0; hit < 3; hit++) damaged[Math.floor(random() * damaged.length)] = Math.floor(256 * random());
    try {
      const recording = fromFile(damaged);
      const position = new Position(await recording.stretch(recording.first));
      position.advance(position.block.moves.length);
    } catch (error) {
      assert.ok(error instanceof ProtocolError, String(error));
    }
  }
});

test("a file that is too large is refused before it is read", async () => {
  const file = new Blob([await toFile(new WholeRecording("Game 1", 0, true, null, cut(blockOf(games[0]!), 100)))]);
  assert.equal((await fromChosen(file)).title, "Game 1");
  Object.defineProperties(file, { size: { value: 65e6 }, arrayBuffer: { value: () => assert.fail("it was read") } });
  await assert.rejects(fromChosen(file), /larger than any game/);
});

/** A link to whatever bytes. */
function linkTo(content: Uint8Array): string {
  return `#replay=${deflateRawSync(content).toString("base64url")}`;
}

test("a short link of promises inside each other is refused before room is made for them", async () => {
  const promises = Uint8Array.from(Array.from({ length: 5 }, () => [0xdd, 0x01, 0xff, 0xff, 0xff]).flat());
  const hash = linkTo(promises);
  assert.ok(hash.length < 60, `${hash.length} characters`);
  const before = process.memoryUsage().rss;
  await assert.rejects(fromLink(hash), /no game/);
  assert.ok(process.memoryUsage().rss - before < 100e6);
  assert.throws(() => fromFile(promises), /no game/);
});

test("of the configuration in a link only what the page reads is kept, if a run can have it", async () => {
  const block = cut(blockOf(games[0]!), 10)[0]!;
  const hostile = { environment: { height: 1e9, preview: Number.POSITIVE_INFINITY, reward_per_piece: 1 }, agent: { gamma: 7 }, x: [1] };
  const file = await toFile(new WholeRecording("Game 1", 0, true, hostile, [block]));
  assert.deepEqual((await fromLink(linkTo(file)))!.config, { environment: { reward_per_piece: 1 } });
});

test("a game of a run with a large seed is saved too", async () => {
  const recording = new WholeRecording("Game 1", 0, true, { seed: 2n ** 64n - 1n }, cut(blockOf(games[0]!), 100));
  assert.equal(fromFile(await toFile(recording)).title, "Game 1");
});

test("a stretch is as long as the protocol says at most", async () => {
  const flat = { ...blockOf(games[0]!), moves: new Uint8Array(1025) };
  const file = (moves: Uint8Array) => toFile(new WholeRecording("Game 1", 0, true, null, [{ ...flat, moves }]));
  const long = await file(flat.moves);
  assert.throws(() => fromFile(long), /moves has 1025 placements/);
  assert.equal(fromFile(await file(flat.moves.subarray(1))).pieces, 1024);
});

const info: GameInfo = { game: 5, episode: 2, environment: 0, first: 0, pieces: 0, lines: 0, score: 0, best: false };

test("any place of a game can be looked at, and a stretch is asked for once", async () => {
  const whole = blockOf(games[0]!);
  const blocks = cut(whole, 64);
  const asked: number[] = [];
  const recording = new ServerRecording({ ...info, pieces: whole.moves.length }, 7, config, (game, piece) => {
    assert.equal(game, 5);
    asked.push(piece);
    return Promise.resolve(blocks.find(({ from, moves }) => piece >= from && piece < from + moves.length)!);
  });
  const travel = new Travel({ changed: () => {}, trouble: (message) => assert.fail(message) });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  travel.open(recording);
  await settle();
  const end = whole.moves.length;
  assert.deepEqual([travel.at, travel.frame!.pieces, travel.frame!.piece], [end, end, 0]);
  const random = seeded(9);
  for (let round = 0; round < 200; round++) {
    const at = Math.floor(random() * (end + 1));
    travel.seek(at);
    await settle();
    const expected = new Position(whole);
    expected.advance(at);
    assert.deepEqual(travel.frame!.cells, expected.cells, `after ${at} pieces`);
    assert.equal(travel.frame!.lines, expected.lines);
    if (at < end) assert.equal(travel.frame!.piece, dropsOf(10)[whole.moves[at]!]!.piece);
  }
  assert.ok(asked.length <= blocks.length, `asked ${asked.length} times for ${blocks.length} stretches`);
  travel.seek(-5);
  await settle();
  assert.deepEqual([travel.at, travel.frame!.decision], [0, null]);
});

test("a game goes on by itself, and of many places asked for in a hurry the last is shown", async () => {
  const whole = blockOf(games[0]!);
  const recording = new WholeRecording("Game 1", 0, true, config, cut(whole, 64));
  const travel = new Travel({ changed: () => {}, trouble: (message) => assert.fail(message) });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  travel.open(recording, 10);
  await settle();
  travel.setRate(4, 0);
  travel.toggle(0);
  for (const [now, at] of [[100, 10], [250, 11], [1000, 14]] as const) {
    travel.advance(now);
    await settle();
    assert.equal(travel.at, at);
  }
  for (const at of [20, 90, 150, 30]) travel.seek(at);
  await settle();
  assert.equal(travel.frame!.pieces, 30);
  travel.advance(1e9);
  await settle();
  assert.deepEqual([travel.at, travel.playing], [whole.moves.length, false]);
  travel.leave();
  assert.deepEqual([travel.frame, travel.recording], [null, null]);
});

test("what cannot be had is said, and the place stays", async () => {
  const troubles: string[] = [];
  const travel = new Travel({ changed: () => {}, trouble: (message) => troubles.push(message) });
  travel.open(new ServerRecording({ ...info, pieces: 9 }, 7, null, () => Promise.reject(new Error("not kept any more"))));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(troubles, ["not kept any more"]);
  assert.equal(travel.playing, false);
});

test("of a game whose server is gone, what was fetched is left, and no other server is asked for the rest", async () => {
  const [first, second] = cut(blockOf(games[0]!), 100) as [Block, Block];
  const asked: number[] = [];
  const ask = (_: number, piece: number) => (asked.push(piece), Promise.resolve(piece < 100 ? first : second));
  const recording = new ServerRecording({ ...info, episode: null, pieces: 200 }, 7, config, ask);
  await recording.stretch(5);
  assert.deepEqual([recording.title, recording.attached], ["Running game", true]);
  recording.detach();
  assert.deepEqual([recording.title, recording.attached], ["Game 8", false], "it runs no longer");
  assert.equal(await recording.stretch(99), first);
  await assert.rejects(recording.stretch(100), /had not been fetched/);
  assert.deepEqual(asked, [5]);
});
