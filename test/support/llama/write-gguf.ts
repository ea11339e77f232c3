/** A file in GGUF, version 3: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md */

export type MetadataValue =
  | string
  | boolean
  | { u32: number }
  | { f32: number }
  | { strings: readonly string[] }
  | { floats: readonly number[] }
  | { ints: readonly number[] };

/** `shape` has the length of the rows first. */
export interface Tensor {
  shape: readonly number[];
  values: Float32Array;
}

const ALIGNMENT = 32;
const VERSION = 3;
/** The format's numbers for kinds of values. */
const KINDS = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const;
const F32_TENSOR = 0;

const encoder = new TextEncoder();

function u32(value: number): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(4));
  bytes.setUint32(0, value, true);
  return new Uint8Array(bytes.buffer);
}

function u64(value: number): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setBigUint64(0, BigInt(value), true);
  return new Uint8Array(bytes.buffer);
}

function f32(value: number): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(4));
  bytes.setFloat32(0, value, true);
  return new Uint8Array(bytes.buffer);
}

function text(value: string): Uint8Array[] {
  const bytes = encoder.encode(value);
  return [u64(bytes.byteLength), bytes];
}

function array(kind: number, items: readonly Uint8Array[], count: number): Uint8Array[] {
  return [u32(KINDS.array), u32(kind), u64(count), ...items];
}

function encodeValue(value: MetadataValue): Uint8Array[] {
  if (typeof value === "string") return [u32(KINDS.string), ...text(value)];
  if (typeof value === "boolean") return [u32(KINDS.bool), new Uint8Array([value ? 1 : 0])];
  if ("u32" in value) return [u32(KINDS.u32), u32(value.u32)];
  if ("f32" in value) return [u32(KINDS.f32), f32(value.f32)];
  if ("strings" in value)
    return array(KINDS.string, value.strings.flatMap(text), value.strings.length);
  if ("floats" in value) return array(KINDS.f32, value.floats.map(f32), value.floats.length);
  return array(KINDS.i32, value.ints.map(u32), value.ints.length);
}

export function writeGguf(
  metadata: Readonly<Record<string, MetadataValue>>,
  tensors: Readonly<Record<string, Tensor>>,
): Uint8Array {
  const entries = Object.entries(metadata);
  const named = Object.entries(tensors);
  const head: Uint8Array[] = [
    encoder.encode("GGUF"),
    u32(VERSION),
    u64(named.length),
    u64(entries.length),
  ];
  for (const [name, value] of entries) head.push(...text(name), ...encodeValue(value));
  let offset = 0;
  const data: Uint8Array[] = [];
  for (const [name, { shape, values }] of named) {
    head.push(...text(name), u32(shape.length), ...shape.map(u64), u32(F32_TENSOR), u64(offset));
    const padded = padding(values.byteLength);
    data.push(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), padded);
    offset += values.byteLength + padded.byteLength;
  }
  const headSize = head.reduce((size, { byteLength }) => size + byteLength, 0);
  return new Uint8Array(Buffer.concat([...head, padding(headSize), ...data]));
}

function padding(size: number): Uint8Array {
  return new Uint8Array((ALIGNMENT - (size % ALIGNMENT)) % ALIGNMENT);
}
