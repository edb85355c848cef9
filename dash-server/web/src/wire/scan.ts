// Looks through MessagePack of a stranger before it is decoded. A decoder makes room for as many values as a header
// promises, so a few bytes that nest large promises would cost gigabytes.

/** Bytes of what follows the headers 0xc0 to 0xdf; of those with a length, the bytes of that. */
const FOLLOWING = [0, 0, 0, 0, 1, 2, 4, 1, 2, 4, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 2, 3, 5, 9, 17, 1, 2, 4, 2, 4, 2, 4] as const;

/** Headers behind which a length stands: of bytes or text, of an extension with the byte of its type, of arrays, of maps. */
const BYTES = [0xc4, 0xc5, 0xc6, 0xd9, 0xda, 0xdb];
const EXTENSIONS = [0xc7, 0xc8, 0xc9];
const ARRAYS = [0xdc, 0xdd];
const MAPS = [0xde, 0xdf];

/** What one header says: where the next one stands, and how many values belong to it. */
interface Header {
  next: number;
  values: number;
}

/**
 * Whether `content` keeps what its headers promise, in at most `deepest` levels and `most` values. It costs no room but that
 * of the levels; a decoder may still refuse what it lets pass.
 */
export function isBounded(content: Uint8Array, deepest: number, most: number): boolean {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  /** Values that are still to come on each level, and how many were promised so far. */
  const open = [1];
  let promised = 1;
  for (let at = 0; open.length > 0; ) {
    open[open.length - 1]! -= 1;
    const header = at < content.length ? headerAt(view, at) : null;
    if (!header || header.next > content.length) return false;
    at = header.next;
    promised += header.values;
    // Each value takes a byte at least.
    if (promised > most || header.values > content.length - at) return false;
    if (header.values > 0 && open.push(header.values) > deepest + 1) return false;
    while (open.at(-1) === 0) open.pop();
  }
  return true;
}

// Null if the message ends within it.
function headerAt(view: DataView, at: number): Header | null {
  const head = view.getUint8(at);
  const after = at + 1;
  if (head < 0x80 || head >= 0xe0) return { next: after, values: 0 };
  if (head < 0x90) return { next: after, values: 2 * (head & 0x0f) };
  if (head < 0xa0) return { next: after, values: head & 0x0f };
  if (head < 0xc0) return { next: after + (head & 0x1f), values: 0 };
  const size = FOLLOWING[head - 0xc0]!;
  const next = after + size;
  if (next > view.byteLength) return null;
  if (ARRAYS.includes(head)) return { next, values: unsigned(view, after, size) };
  if (MAPS.includes(head)) return { next, values: 2 * unsigned(view, after, size) };
  if (BYTES.includes(head)) return { next: next + unsigned(view, after, size), values: 0 };
  if (EXTENSIONS.includes(head)) return { next: next + 1 + unsigned(view, after, size), values: 0 };
  return { next, values: 0 };
}

function unsigned(view: DataView, at: number, size: number): number {
  return size === 1 ? view.getUint8(at) : size === 2 ? view.getUint16(at) : view.getUint32(at);
}
