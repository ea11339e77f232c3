/** A generator of numbers in [0, 1) that gives the same row for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function splitWhole(bytes: Uint8Array): Uint8Array[] {
  return bytes.byteLength === 0 ? [] : [bytes];
}

export function splitByteByByte(bytes: Uint8Array): Uint8Array[] {
  return splitEvery(bytes, 1);
}

export function splitEvery(bytes: Uint8Array, size: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.byteLength; at += size) pieces.push(bytes.slice(at, at + size));
  return pieces;
}

/** Pieces of 1 to `maxSize` bytes, the same ones for the same seed. */
export function splitRandomly(bytes: Uint8Array, seed: number, maxSize = 64): Uint8Array[] {
  const random = createRandom(seed);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.byteLength; ) {
    const size = 1 + Math.floor(random() * maxSize);
    pieces.push(bytes.slice(at, at + size));
    at += size;
  }
  return pieces;
}

type Split = readonly [name: string, split: (bytes: Uint8Array) => Uint8Array[]];

const COARSE_SPLITS: readonly Split[] = [
  ["whole", splitWhole],
  ["in random pieces, seed 3", (bytes) => splitRandomly(bytes, 3, 1000)],
];

/** The ways in which an answer's bytes may arrive; all of them must decode to the same events. */
export const SPLITS: readonly Split[] = [
  ...COARSE_SPLITS,
  ["byte by byte", splitByteByByte],
  ["in random pieces, seed 1", (bytes) => splitRandomly(bytes, 1)],
  ["in random pieces, seed 2", (bytes) => splitRandomly(bytes, 2, 7)],
];

/** The ways for these bytes: a picture's megabytes take longer byte by byte than an answer may. */
export function splitsFor(bytes: Uint8Array): readonly Split[] {
  return bytes.byteLength > 200_000 ? COARSE_SPLITS : SPLITS;
}

/** More prefixes than this of one stream take long and say nothing more. */
const MAX_CUTS = 200;

/**
 * The stream up to the end of each of its events (blank line), the whole stream left out: what a
 * connection cut between events gives. Of a long stream, as many of them, evenly chosen, the last
 * one among them.
 */
export function cutAfterEachEvent(bytes: Uint8Array): Uint8Array[] {
  const text = new TextDecoder().decode(bytes);
  const ends = [...text.matchAll(/\r?\n\r?\n/g)]
    .map((match) => match.index + match[0].length)
    .filter((end) => end < text.length)
    .reverse();
  const step = Math.ceil(ends.length / MAX_CUTS);
  const encoder = new TextEncoder();
  return ends.filter((_, at) => at % step === 0).map((end) => encoder.encode(text.slice(0, end)));
}
