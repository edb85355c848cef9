// A game as a file, and a short one as the end of a link.

import { decode, encode } from "@msgpack/msgpack";
import { count, flag, map, maps, optionalMap, ProtocolError, text, type Fields } from "../wire/fields";
import { readMoves, writeMoves, type Block } from "../wire/games";
import { isBounded } from "../wire/scan";
import { readSettings } from "../wire/settings";
import { holds, wholeOf, type Recording } from "./recording";

const FORMAT = "tetris-dash game";
const VERSION = 1;
const LARGEST_FILE = 64e6;
/** Levels and values of a game: each stretch has 25 values, and the configuration a few dozen. */
const DEEPEST = 8;
const MOST_VALUES = 1e6;
/** What a link may unpack to, and how long it may be: some programs cut longer ones. */
const LARGEST_UNPACKED = 1e6;
const LONGEST_LINK = 8_000;
/** What comes before the game in a link. */
const PREFIX = "#replay=";

/** A game that is there as a whole. */
export class WholeRecording implements Recording {
  readonly title: string;
  readonly episode: number;
  readonly over: boolean;
  readonly config: Fields | null;
  readonly #blocks: readonly Block[];

  constructor(title: string, episode: number, over: boolean, config: Fields | null, blocks: readonly Block[]) {
    this.title = title;
    this.episode = episode;
    this.over = over;
    this.config = config;
    this.#blocks = blocks;
  }

  get first(): number {
    return this.#blocks[0]!.from;
  }

  get pieces(): number {
    const last = this.#blocks.at(-1)!;
    return last.from + last.moves.length;
  }

  stretch(piece: number): Promise<Block> {
    const block = this.#blocks.find((each) => holds(each, piece));
    return block ? Promise.resolve(block) : Promise.reject(new ProtocolError("this game does not go that far"));
  }
}

/** A game as the bytes of a file. */
export async function toFile(recording: Recording, withValues = true): Promise<Uint8Array<ArrayBuffer>> {
  const { title, episode, over, config } = recording;
  const blocks = (await wholeOf(recording)).map((block) => writeMoves(withValues ? block : withoutValues(block)));
  return encode({ format: FORMAT, version: VERSION, title, episode, over, config, blocks }, { useBigInt64: true });
}

/** Reads a file that a person chose. Rejects like `fromFile`, with a file that is too large without looking into it. */
export async function fromChosen(file: Blob): Promise<WholeRecording> {
  refuseLarge(file.size);
  return fromFile(new Uint8Array(await file.arrayBuffer()));
}

/** Reads what `toFile` wrote. Throws a ProtocolError that says what is wrong. */
export function fromFile(content: Uint8Array): WholeRecording {
  refuseLarge(content.byteLength);
  const fields = fieldsOf(content);
  if (fields?.["format"] !== FORMAT) throw new ProtocolError("this is no game of tetris-dash");
  if (fields["version"] !== VERSION) throw new ProtocolError("the game was saved by a newer page; reload this one");
  const blocks = maps(fields, "blocks").map(readMoves);
  if (blocks.length === 0) throw new ProtocolError("the game has no moves");
  blocks.forEach((block, index) => {
    const before = blocks[index - 1];
    const follows = !before || (block.from === before.from + before.moves.length && block.width === before.width && block.height === before.height);
    if (!follows || block.moves.length === 0) throw new ProtocolError("the stretches of the game do not follow each other");
  });
  return new WholeRecording(
    text(fields, "title"), count(fields, "episode"), flag(fields, "over"), readSettings(optionalMap(fields, "config")),
    blocks,
  );
}

/** The end of a link to a game; null if the game is too long for one. */
export async function toLink(recording: Recording): Promise<string | null> {
  // Not even one byte in eight would fit.
  if (recording.pieces - recording.first > 8 * LONGEST_LINK) return null;
  const packed = await through(new CompressionStream("deflate-raw"), await toFile(recording, false), LONGEST_LINK);
  const digits = packed && btoa(String.fromCharCode(...packed)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return digits && digits.length + PREFIX.length <= LONGEST_LINK ? PREFIX + digits : null;
}

/** The game in the end of a link; null if there is none. Rejects with a ProtocolError if it is damaged. */
export async function fromLink(hash: string): Promise<WholeRecording | null> {
  if (!hash.startsWith(PREFIX)) return null;
  const damaged = new ProtocolError("the game in this link is damaged: part of the link may be missing");
  let content: Uint8Array<ArrayBuffer> | null = null;
  try {
    const packed = atob(hash.slice(PREFIX.length).replaceAll("-", "+").replaceAll("_", "/"));
    content = await through(new DecompressionStream("deflate-raw"), Uint8Array.from(packed, (digit) => digit.charCodeAt(0)), LARGEST_UNPACKED);
  } catch {
    throw damaged;
  }
  if (!content) throw damaged;
  return fromFile(content);
}

function refuseLarge(bytes: number): void {
  if (bytes > LARGEST_FILE) throw new ProtocolError("the file is larger than any game");
}

// Null if it is not the map that a game is.
function fieldsOf(content: Uint8Array): Fields | null {
  if (!isBounded(content, DEEPEST, MOST_VALUES)) return null;
  try {
    return map(decode(content), "the file");
  } catch {
    return null;
  }
}

function withoutValues(block: Block): Block {
  return { ...block, counts: new Uint8Array(), highest: new Float32Array(), below: new Uint16Array() };
}

// Everything that comes out of a stream; null if that is more than `largest` bytes.
async function through(
  stream: { readable: ReadableStream<Uint8Array>; writable: WritableStream<BufferSource> }, content: Uint8Array<ArrayBuffer>, largest: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const source = new Blob([content]).stream() as ReadableStream<BufferSource>;
  const reader = source.pipeThrough(stream).getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.byteLength;
    if (length > largest) {
      await reader.cancel();
      return null;
    }
    parts.push(value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
