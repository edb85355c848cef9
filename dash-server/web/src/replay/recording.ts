// A game that can be shown again, wherever its stretches come from.

import type { Fields } from "../wire/fields";
import type { Block, GameInfo } from "../wire/games";

/** A kept game. */
export interface Recording {
  readonly title: string;
  /** Number of its episode, 0 if it is not known. */
  readonly episode: number;
  /** The first placement that is there, and how many there are from the first of the game. */
  readonly first: number;
  readonly pieces: number;
  /** Whether it has come to its end. */
  readonly over: boolean;
  /** The configuration of its run. */
  readonly config: Fields | null;
  /** The stretch that holds a placement. Rejects with an error in words if it cannot be had. */
  stretch(piece: number): Promise<Block>;
}

/** Asks the server for the stretch of a game that holds a placement. */
export type Ask = (game: number, piece: number) => Promise<Block>;

// Stretches are short; this is a game of sixty thousand pieces.
const REMEMBERED = 64;

/** A game on the server, of which the stretches that were looked at last are remembered. */
export class ServerRecording implements Recording {
  readonly info: GameInfo;
  readonly episode: number;
  readonly config: Fields | null;
  readonly #ask: Ask;
  readonly #stretches = new Map<number, Block>();
  #attached = true;

  /** `running` is the number of the episode that runs now. */
  constructor(info: GameInfo, running: number, config: Fields | null, ask: Ask) {
    this.info = info;
    this.episode = info.episode ?? running;
    this.config = config;
    this.#ask = ask;
  }

  get title(): string {
    return this.over || !this.#attached ? `Game ${this.episode + 1}` : "Running game";
  }

  /** Whether the server still keeps it, by its number. */
  get attached(): boolean {
    return this.#attached;
  }

  /** The server that kept it is gone, and its number may be another game's: what was fetched is all that is left. */
  detach(): void {
    this.#attached = false;
  }

  get first(): number {
    return this.info.first;
  }

  get pieces(): number {
    return this.info.pieces;
  }

  get over(): boolean {
    return this.info.episode !== null;
  }

  async stretch(piece: number): Promise<Block> {
    for (const block of this.#stretches.values()) {
      if (holds(block, piece)) return block;
    }
    if (!this.#attached) throw new Error("The server that kept this game has ended, and this part had not been fetched.");
    const block = await this.#ask(this.info.game, piece);
    // A running game's last stretch has grown.
    this.#stretches.delete(block.from);
    this.#stretches.set(block.from, block);
    if (this.#stretches.size > REMEMBERED) this.#stretches.delete(this.#stretches.keys().next().value!);
    return block;
  }
}

/** Whether a placement is in a stretch. */
export function holds({ from, moves }: Block, piece: number): boolean {
  return piece >= from && piece < from + moves.length;
}

/** All stretches of a game, in order. */
export async function wholeOf(recording: Recording): Promise<Block[]> {
  const blocks: Block[] = [];
  for (let piece = recording.first; piece < recording.pieces; ) {
    const block = await recording.stretch(piece);
    blocks.push(block);
    piece = block.from + block.moves.length;
  }
  return blocks;
}
