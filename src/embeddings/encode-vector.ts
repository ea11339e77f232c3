import { ChatError } from "../errors/chat-error.ts";
import type { Vector } from "./answer.ts";
import type { VectorEncoding } from "./request.ts";

/** How many bytes become characters at once: a call takes only so many arguments. */
const CHUNK_BYTES = 0x2000;

/** The vector in the wanted encoding; the same object if it has that already. */
export function encodeVector(vector: Vector, encoding: VectorEncoding): Vector {
  if (encoding === "float") return typeof vector === "string" ? decodeBase64(vector) : vector;
  return typeof vector === "string" ? vector : encodeBase64(vector);
}

// Every machine that the runtimes support is little-endian, as the format is.
function encodeBase64(vector: readonly number[]): string {
  const bytes = new Uint8Array(Float32Array.from(vector).buffer);
  let text = "";
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES)
    text += String.fromCharCode(...bytes.subarray(start, start + CHUNK_BYTES));
  return btoa(text);
}

function decodeBase64(base64: string): number[] {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return Array.from(new Float32Array(bytes.buffer));
  } catch {
    throw new ChatError("upstream_invalid_response", { logReason: "base64" });
  }
}
