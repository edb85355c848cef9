// Reads typed fields out of a decoded map and says in words what is wrong when one is not what the protocol promises.

import { decode } from "@msgpack/msgpack";

/** A message that breaks the protocol; the text names the field. */
export class ProtocolError extends Error {
  override name = "ProtocolError";
}

/** A decoded MessagePack map. */
export type Fields = Readonly<Record<string, unknown>>;

/** `value` as a map. `where` names it in the error. */
export function map(value: unknown, where: string): Fields {
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
  if (!isMap) throw new ProtocolError(`${where} is not a map`);
  return value as Fields;
}

/** A map, or null where the protocol allows nil. */
export function optionalMap(fields: Fields, key: string): Fields | null {
  const value = fields[key];
  return value === null || value === undefined ? null : map(value, key);
}

/** A string. */
export function text(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== "string") throw new ProtocolError(`${key} is not a string`);
  return value;
}

/** A string, or null where the protocol allows nil. */
export function optionalText(fields: Fields, key: string): string | null {
  return fields[key] === null || fields[key] === undefined ? null : text(fields, key);
}

/** Any number, NaN included. */
export function number(fields: Fields, key: string): number {
  const value = asNumber(fields[key]);
  if (typeof value !== "number") throw new ProtocolError(`${key} is not a number`);
  return value;
}

/**
 * What the server sends, decoded. Throws what the decoder does. Whole numbers of 64 bits are bigint: a configuration keeps
 * all digits of its seeds, and where a count is read it becomes a number.
 */
export function decodeExactly(data: ArrayBuffer | Uint8Array): unknown {
  return decode(data, { useBigInt64: true });
}

function asNumber(value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : value;
}

/** A number, or null where the protocol allows nil. */
export function optionalNumber(fields: Fields, key: string): number | null {
  return fields[key] === null || fields[key] === undefined ? null : number(fields, key);
}

/** A whole number of at least 0. */
export function count(fields: Fields, key: string): number {
  const value = number(fields, key);
  if (!Number.isInteger(value) || value < 0) throw new ProtocolError(`${key} is not a whole number of at least 0`);
  return value;
}

/** Bytes, as a view into the message. */
export function bytes(fields: Fields, key: string): Uint8Array {
  const value = fields[key];
  if (!(value instanceof Uint8Array)) throw new ProtocolError(`${key} is not a byte string`);
  return value;
}

/** An array of strings. */
export function texts(fields: Fields, key: string): string[] {
  const value = fields[key];
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
    throw new ProtocolError(`${key} is not an array of strings`);
  }
  return value;
}

/** True or false. */
export function flag(fields: Fields, key: string): boolean {
  const value = fields[key];
  if (typeof value !== "boolean") throw new ProtocolError(`${key} is not true or false`);
  return value;
}

/** Bytes that hold little-endian 16-bit numbers, as a copy: inside the message they start anywhere. */
export function words(fields: Fields, key: string): Uint16Array {
  const raw = bytes(fields, key);
  if (raw.byteLength % 2 !== 0) throw new ProtocolError(`${key} does not hold 16-bit numbers`);
  return new Uint16Array(raw.slice().buffer);
}

/** Bytes that hold little-endian 32-bit floats, as a copy. */
export function floats(fields: Fields, key: string): Float32Array {
  const raw = bytes(fields, key);
  if (raw.byteLength % 4 !== 0) throw new ProtocolError(`${key} does not hold 32-bit floats`);
  return new Float32Array(raw.slice().buffer);
}

/** An array of maps. */
export function maps(fields: Fields, key: string): Fields[] {
  const value = fields[key];
  if (!Array.isArray(value)) throw new ProtocolError(`${key} is not an array`);
  return value.map((item) => map(item, key));
}
