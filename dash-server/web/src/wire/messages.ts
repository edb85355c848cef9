// The messages of PROTOCOL.md that the server sends, decoded and checked.

import {
  count, decodeExactly, flag, map, maps, number, optionalMap, optionalNumber, optionalText, ProtocolError, text, texts,
  type Fields,
} from "./fields";
import { readBoards, type Boards } from "./boards";
import { readConfigs, readForm, type FormField } from "./form";
import { readFrame, type Frame } from "./frame";
import { readGames, readMoves, type Block as Moves, type GameInfo } from "./games";
import { readPlay, type PlayFrame } from "./play";
import { readRunChanges, readRuns, type RunChanges, type RunEntry } from "./runs";
import { optionalBlock, readBlock, TABLES, type Block, type TableName } from "./tables";

/** The protocol version this page speaks. */
export const PROTOCOL_VERSION = 1;

const RUN_STATES = ["idle", "running", "paused", "stopping", "stopped", "failed", "unresponsive"] as const;

/** What training is doing. */
export type RunState = (typeof RUN_STATES)[number];

/** The state of the run. */
export interface Status {
  state: RunState;
  message: string | null;
  run: string | null;
  preset: string | null;
  step: number;
  /** Steps a second; null is as fast as it goes. */
  speedLimit: number | null;
}

/** A setting that can be changed while training runs. */
export type Setting = "learning_rate" | "epsilon";

/** A setting was changed while training ran. */
export interface Change {
  step: number;
  seconds: number;
  /** Episodes finished by then. */
  episode: number;
  setting: Setting;
  value: number;
}

/** Metric rows by stream; a stream without news is missing. */
export type Blocks = Partial<Record<TableName, Block>>;

/** First message on a connection. */
export interface Hello {
  protocol: number;
  server: string;
  started: number;
  frameRate: number;
  presets: string[];
  /** The whole configuration of each preset. */
  configs: Record<string, Fields>;
  form: FormField[];
  /** Whether the server takes no commands. */
  readOnly: boolean;
  /** Whether what it runs learns; not where a trained model only plays. */
  learns: boolean;
}

/** What a page that has just connected can show before the history has come. */
export interface Present {
  status: Status;
  config: Fields | null;
  frame: Frame | null;
}

/** Everything a page that has just connected needs. */
export interface Snapshot extends Present {
  blocks: Record<TableName, Block>;
  changes: Change[];
  /** The runs of the output folder; null until the server has looked at it, after which a message has all of them. */
  runs: RunEntry[] | null;
}

/** What a question is answered with. */
export type Answer =
  | { type: "games"; id: number; games: GameInfo[] }
  | { type: "moves"; id: number; game: number; block: Moves };

/** A message of the server. */
export type ServerMessage =
  | Answer
  | { type: "hello"; hello: Hello }
  | { type: "present"; present: Present }
  | { type: "snapshot"; snapshot: Snapshot }
  | { type: "status"; status: Status }
  | { type: "frame"; frame: Frame }
  | { type: "metrics"; blocks: Blocks }
  | { type: "evaluation"; blocks: Blocks }
  | { type: "checkpoint"; step: number; path: string }
  | { type: "change"; change: Change }
  | { type: "boards"; boards: Boards }
  | { type: "play"; play: PlayFrame }
  | { type: "runs"; runs: RunChanges }
  | { type: "ack"; id: number }
  | { type: "error"; id: number | null; code: string; message: string; field: string | null }
  | { type: "other"; name: string };

/** Decodes one WebSocket message. Throws a ProtocolError that names what is wrong. */
export function decodeMessage(data: ArrayBuffer | Uint8Array): ServerMessage {
  let decoded: unknown;
  try {
    decoded = decodeExactly(data);
  } catch (error) {
    throw new ProtocolError(`not MessagePack: ${error instanceof Error ? error.message : String(error)}`);
  }
  const fields = map(decoded, "the message");
  const type = text(fields, "type");
  switch (type) {
    case "hello":
      return { type, hello: readHello(fields) };
    case "present":
      return { type, present: readPresent(fields) };
    case "snapshot":
      return { type, snapshot: readSnapshot(fields) };
    case "status":
      return { type, status: readStatus(fields) };
    case "frame":
      return { type, frame: readFrame(fields) };
    case "metrics":
      return { type, blocks: readBlocks(fields) };
    case "evaluation":
      return { type, blocks: { evaluations: readBlock(fields, "evaluations") } };
    case "checkpoint":
      return { type, step: count(fields, "step"), path: text(fields, "path") };
    case "change":
      return { type, change: readChange(fields) };
    case "games":
      return { type, id: count(fields, "id"), games: readGames(fields) };
    case "moves":
      return { type, id: count(fields, "id"), game: count(fields, "game"), block: readMoves(fields) };
    case "boards":
      return { type, boards: readBoards(fields) };
    case "play":
      return { type, play: readPlay(fields) };
    case "runs":
      return { type, runs: readRunChanges(fields) };
    case "ack":
      return { type, id: count(fields, "id") };
    case "error":
      return {
        type, id: optionalNumber(fields, "id"), code: text(fields, "code"), message: text(fields, "message"),
        field: optionalText(fields, "field"),
      };
    default:
      // A newer server of the same protocol version may say more than this page knows.
      return { type: "other", name: type };
  }
}

function readHello(fields: Fields): Hello {
  return {
    protocol: count(fields, "protocol"),
    server: text(fields, "server"),
    started: count(fields, "started"),
    frameRate: number(fields, "frame_rate"),
    presets: texts(fields, "presets"),
    configs: readConfigs(fields),
    form: readForm(fields),
    // Older servers of this protocol do not say.
    readOnly: fields["read_only"] !== undefined && flag(fields, "read_only"),
    learns: fields["learns"] === undefined || flag(fields, "learns"),
  };
}

function readPresent(fields: Fields): Present {
  const frame = optionalMap(fields, "frame");
  return {
    status: readStatus(map(fields["status"], "status")),
    config: optionalMap(fields, "config"),
    frame: frame && readFrame(frame),
  };
}

function readSnapshot(fields: Fields): Snapshot {
  return {
    ...readPresent(fields),
    blocks: {
      episodes: readBlock(fields, "episodes"),
      updates: readBlock(fields, "updates"),
      summaries: readBlock(fields, "summaries"),
      evaluations: readBlock(fields, "evaluations"),
      positions: readBlock(fields, "positions"),
    },
    changes: maps(fields, "changes").map(readChange),
    runs: fields["runs"] === undefined ? null : readRuns(fields, "runs"),
  };
}

function readBlocks(fields: Fields): Blocks {
  const blocks: Blocks = {};
  for (const name of Object.keys(TABLES) as TableName[]) {
    const block = optionalBlock(fields, name);
    if (block) blocks[name] = block;
  }
  return blocks;
}

function readStatus(fields: Fields): Status {
  const state = text(fields, "state");
  if (!isRunState(state)) throw new ProtocolError(`state "${state}" is unknown`);
  return {
    state,
    message: optionalText(fields, "message"),
    run: optionalText(fields, "run"),
    preset: optionalText(fields, "preset"),
    step: count(fields, "step"),
    speedLimit: optionalNumber(fields, "speed_limit"),
  };
}

function isRunState(state: string): state is RunState {
  return (RUN_STATES as readonly string[]).includes(state);
}

function readChange(fields: Fields): Change {
  const setting = text(fields, "setting");
  if (setting !== "learning_rate" && setting !== "epsilon") throw new ProtocolError(`setting "${setting}" is unknown`);
  return {
    step: count(fields, "step"),
    seconds: number(fields, "seconds"),
    episode: count(fields, "episode"),
    setting,
    value: number(fields, "value"),
  };
}
