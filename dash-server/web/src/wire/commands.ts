// The commands of PROTOCOL.md that a client sends.

import { encode } from "@msgpack/msgpack";
import type { Key } from "./play";

/** A command, without the number that its answer will carry. */
export type Command =
  | { type: "start"; preset?: string; seed?: bigint; config?: Record<string, unknown> }
  | { type: "go_on"; run: string }
  | { type: "pause" }
  | { type: "resume" }
  | { type: "step"; count?: number }
  | { type: "speed"; limit: number | null }
  | { type: "learning_rate"; value: number }
  | { type: "epsilon"; value: number }
  | { type: "save" }
  | { type: "stop" }
  | { type: "snapshot" }
  | { type: "games" }
  | { type: "moves"; game: number; piece: number }
  | { type: "play_start"; game?: number | null; das: number; arr: number }
  | { type: "play_key"; key: Key; down: boolean }
  | { type: "play_stop" }
  | { type: "note"; run: string; text: string }
  | { type: "follow"; environment: number };

/** One command as a WebSocket message. */
export function encodeCommand(command: Command, id: number): Uint8Array<ArrayBuffer> {
  // Seeds use all of u64, which only bigint holds.
  return encode({ ...command, id }, { useBigInt64: true });
}

/** Reads a seed that a person typed: a whole number of 0..=2^64-1. Null if it is not one. */
export function parseSeed(typed: string): bigint | null {
  const digits = typed.trim().replaceAll(/[_,\s]/g, "");
  if (!/^\d{1,20}$/.test(digits)) return null;
  const seed = BigInt(digits);
  return seed <= 0xffff_ffff_ffff_ffffn ? seed : null;
}
