import assert from "node:assert/strict";
import { test } from "node:test";
import { decode } from "@msgpack/msgpack";
import { playScene } from "../src/board/scene";
import { Commander } from "../src/net/commander";
import { asFrame, GUIDELINE, Play } from "../src/play/play";
import { WholeRecording } from "../src/replay/file";
import type { PlayFrame } from "../src/wire/play";

type Sent = { type: string; id: number; key?: string; down?: boolean; game?: number };

const frame: PlayFrame = {
  width: 4, height: 4, cells: new Uint8Array(16), piece: 2, active: Uint16Array.of(1, 2, 5, 6), ghost: Uint16Array.of(9, 10, 13, 14),
  hold: 0, canHold: true, next: Uint8Array.of(2, 1), lines: 0, pieces: 0, score: 0, level: 1, over: null, keys: 0,
};

function playing(): { play: Play; sent: Sent[]; commander: Commander; troubles: string[] } {
  const sent: Sent[] = [];
  const troubles: string[] = [];
  const commander = new Commander((data) => (sent.push(decode(data) as Sent), true), () => {});
  return { play: new Play(commander, { changed: () => {}, trouble: (message) => troubles.push(message) }), sent, commander, troubles };
}

const blocks = [{
  from: 0, width: 10, height: 20, cells: new Uint8Array(200), lines: 0, score: 0, moves: Uint8Array.of(17, 9, 94),
  counts: new Uint8Array(), highest: new Float32Array(), below: new Uint16Array(),
}];
const course = () => ({ recording: new WholeRecording("Game 1", 0, true, null, blocks), game: 8 });
const settle = () => new Promise((resolve) => setImmediate(resolve));

test("keys go to the server once each way, and the way to the picture is timed", async () => {
  const { play, sent, commander } = playing();
  play.turn("left", true, 0);
  assert.equal(sent.length, 0, "nobody plays yet");
  void play.start(null, { das: 100, arr: 0 });
  commander.acknowledged(sent[0]!.id);
  await settle();
  for (const [key, down, now] of [["left", true, 10], ["left", true, 40], ["left", false, 60], ["hold", true, 70]] as const) play.turn(key, down, now);
  assert.deepEqual(sent.slice(1).map(({ key, down }) => [key, down]), [["left", true], ["left", false], ["hold", true]]);
  play.receive({ ...frame, keys: 1 });
  play.drawn(14);
  assert.equal(play.latency, 4);
  play.receive({ ...frame, keys: 3 });
  play.drawn(82);
  assert.equal(play.latency, 12);
  sent.forEach(({ id }) => commander.acknowledged(id));
  play.leave();
  commander.acknowledged(sent.at(-1)!.id);
  assert.equal(sent.at(-1)!.type, "play_stop");
  play.receive(frame);
  assert.equal(play.frame, null, "what comes late is not shown");
});

test("the agent's board stands at the same piece", async () => {
  const { play, sent, commander } = playing();
  void play.start(course(), { das: 100, arr: 0 });
  assert.equal(sent[0]!.game, 8);
  commander.acknowledged(sent[0]!.id);
  await settle();
  for (const [pieces, at] of [[0, 0], [2, 2], [50, 3]] as const) {
    play.receive({ ...frame, pieces });
    await settle();
    assert.equal(play.rival.frame!.pieces, at);
  }
  play.leave();
  commander.acknowledged(sent.at(-1)!.id);
});

test("a start that is refused is said, and nobody plays", async () => {
  const { play, sent, commander, troubles } = playing();
  const started = play.start(null, { das: 100, arr: 0 });
  commander.refused(sent[0]!.id, "busy", "16 others are playing", null);
  await started;
  assert.deepEqual([troubles, play.active], [["16 others are playing"], false]);
});

test("an answer that comes after its game was left changes nothing", async () => {
  const { play, sent, commander, troubles } = playing();
  void play.start(course(), GUIDELINE);
  play.leave();
  commander.acknowledged(sent[0]!.id);
  await settle();
  assert.deepEqual([play.active, play.rival.recording], [false, null], "nobody plays");
  void play.start(course(), GUIDELINE);
  play.leave();
  void play.start(null, GUIDELINE);
  commander.refused(sent[2]!.id, "busy", "16 others are playing", null);
  commander.acknowledged(sent[4]!.id);
  await settle();
  assert.deepEqual([play.active, play.rival.recording, troubles], [true, null, []], "the game of now goes on");
  sent.forEach(({ id }) => commander.acknowledged(id));
});

test("a game with other pieces begins without the agent's board of the one before, and the same pieces keep it", async () => {
  const { play, sent, commander } = playing();
  const { recording, game } = course();
  const start = async (started: Promise<void>) => {
    commander.acknowledged(sent.at(-1)!.id);
    await started;
  };
  await start(play.start({ recording, game }, GUIDELINE));
  const again = play.again();
  assert.equal(play.rival.recording, recording, "it does not flicker");
  await start(again);
  const refused = play.again();
  commander.refused(sent.at(-1)!.id, "busy", "16 others are playing", null);
  await refused;
  assert.deepEqual([play.active, play.rival.recording], [false, null], "nobody plays");
  await start(play.start({ recording, game }, GUIDELINE));
  const alone = play.start(null, GUIDELINE);
  assert.equal(play.rival.recording, null, "before the answer");
  await start(alone);
  assert.equal(play.rival.recording, null);
});

test("the piece and its place are drawn, and nothing of them after the end", () => {
  const scene = playScene(frame);
  assert.deepEqual(scene.falling!.cells, [[1, 0], [2, 0], [1, 1], [2, 1]]);
  assert.deepEqual(scene.ghosts[0]!.cells, [9, 10, 13, 14]);
  const over = playScene({ ...frame, piece: 0 });
  assert.deepEqual([over.falling, over.ghosts], [null, []]);
  assert.deepEqual([asFrame(frame).piece, [...asFrame(frame).next]], [2, [1]]);
});
