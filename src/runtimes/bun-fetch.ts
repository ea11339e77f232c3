/** The codings that servers choose without being asked → the names of DecompressionStream. */
const FORMATS: Readonly<Record<string, CompressionFormat>> = {
  gzip: "gzip",
  "x-gzip": "gzip",
  deflate: "deflate",
};

/**
 * Bun's fetch without two of its habits, for calls to vendors:
 * - It unpacks a compressed body on its network thread as far as it goes, whoever reads it, and all
 *   other calls wait meanwhile (1.4.5: a few megabytes of zeros delay them for seconds). So vendors
 *   are asked not to compress; what is compressed all the same is unpacked here, as it is read, so
 *   that the limits on the size of answers hold for it.
 * - It gives up after 360 s of silence, whatever UPSTREAM_ANSWER_TIMEOUT_MS says.
 */
export async function fetchUncompressed(input: string, init: RequestInit): Promise<Response> {
  const headers = addIdentity(init.headers);
  const response = await fetch(input, { ...init, headers, decompress: false, timeout: false });
  const coding = response.headers.get("content-encoding")?.trim().toLowerCase() || "identity";
  if (coding === "identity" || !response.body || response.status < 200) return response;
  return unpack(response, response.body, coding);
}

/** Headers that were made of a frozen record: a provider sends the same with each of its calls. */
const made = new WeakMap<HeadersInit, Headers>();

/** Making a dozen headers takes 3.6 µs, a twentieth of a call. */
function addIdentity(given: HeadersInit | undefined): Headers {
  const known = given && made.get(given);
  if (known) return known;
  const headers = new Headers(given);
  headers.set("accept-encoding", "identity");
  if (given && Object.isFrozen(given)) made.set(given, headers);
  return headers;
}

function unpack(
  { status, headers: packed }: Response,
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  coding: string,
): Response {
  const format = FORMATS[coding];
  if (!format) {
    body.cancel().catch(() => {});
    throw new TypeError("cannot decompress an answer of this content-encoding");
  }
  const headers = new Headers(packed);
  // Both are about the packed body.
  headers.delete("content-encoding");
  headers.delete("content-length");
  return new Response(body.pipeThrough(new DecompressionStream(format)), { status, headers });
}
