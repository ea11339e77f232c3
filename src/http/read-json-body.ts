import { ChatError } from "../errors/chat-error.ts";
import { decodeUtf8 } from "../json/decode-utf8.ts";
import { parseStrictJson } from "../json/parse-strict-json.ts";

/** Limits of a request body. */
export interface BodyLimits {
  /** `MAX_BODY_BYTES` */
  maxBytes: number;
  /**
   * `BODY_TIMEOUT_MS`: how long the whole body may take to arrive, in milliseconds. Deno and
   * workerd never give up on a caller who stops sending.
   */
  timeoutMs: number;
  /** `MAX_JSON_DEPTH`: how deep lists and objects may be nested. */
  maxDepth: number;
}

/**
 * The request's body as JSON. Every fault is a 4xx that says what is wrong and quotes nothing of
 * the body.
 */
export async function readJsonBody(request: Request, limits: BodyLimits): Promise<unknown> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type)) throw new ChatError("unsupported_media_type");
  const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(type)?.[1];
  if (charset !== undefined && !/^(utf-?8|us-ascii)$/i.test(charset)) {
    throw new ChatError("unsupported_media_type", {
      message: "Send the body as UTF-8.",
    });
  }
  const encoding = request.headers.get("content-encoding");
  if (encoding && encoding.toLowerCase() !== "identity") {
    throw new ChatError("unsupported_media_type", {
      message: "Send the body without a content-encoding.",
    });
  }
  return parseStrictJson(decodeUtf8(await readInTime(request, limits)), limits.maxDepth);
}

async function readInTime(request: Request, limits: BodyLimits): Promise<ArrayBuffer | Uint8Array> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ChatError("request_timeout")), limits.timeoutMs);
  });
  try {
    return await Promise.race([readBytes(request, limits.maxBytes), late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * HTTP itself enforces an announced length; a body without one is counted while it is read. Only
 * then is `request.body` touched: it turns a body that Bun may hold whole into a stream.
 */
function readBytes(request: Request, maxBytes: number): Promise<ArrayBuffer | Uint8Array> {
  const length = request.headers.get("content-length");
  if (length === null) return countBytes(request, maxBytes);
  if (Number(length) > maxBytes) throw tooLarge(maxBytes);
  return request.arrayBuffer().catch(brokenBody);
}

async function countBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  if (!request.body) return new Uint8Array();
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(brokenBody);
    if (done) break;
    size += value.byteLength;
    if (size > maxBytes) {
      // The rest is left to the runtime: if it were cancelled here, Deno would read it to its end.
      reader.releaseLock();
      throw tooLarge(maxBytes);
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

function tooLarge(maxBytes: number): ChatError {
  return new ChatError("request_too_large", {
    message: `The body is larger than ${maxBytes} bytes.`,
  });
}

function brokenBody(): never {
  throw new ChatError("invalid_request", { message: "The body did not arrive whole." });
}
