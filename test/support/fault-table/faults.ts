import { gzipSync } from "node:zlib";
import type { UpstreamRequest } from "../upstream.ts";
import {
  type Answer,
  type AnswerEnd,
  jsonAnswer,
  rawAnswer,
  silentAnswer,
  sseAnswer,
} from "../upstream-answer.ts";
import type { Vendor } from "../vendors/index.ts";

/** The text of every answer that comes to its end. */
export const TEXT = "Whole answer 🎉 to the end.";

/** What a vendor does in answer to one request, in its own format. */
export interface Fault {
  readonly name: string;
  /** Whether the caller must get the answer all the same, may get it, or must not. */
  readonly answered: "always" | "maybe" | "never";
  play(vendor: Vendor, request: UpstreamRequest, stream: boolean): Answer;
}

const encoder = new TextEncoder();
const HTML = "<html><body>Bad gateway</body></html>";

function status(code: number, headers: Record<string, string> = {}): Fault {
  return {
    name: `${code}${headers["retry-after"] ? `, retry-after ${headers["retry-after"]}` : ""}`,
    answered: "never",
    play: (vendor) => jsonAnswer(vendor.refusal(code), { status: code, headers }),
  };
}

function page(code: number): Fault {
  return {
    name: `${code} with a page`,
    answered: "never",
    play: () => jsonAnswer(HTML, { status: code, headers: { "content-type": "text/html" } }),
  };
}

/** A 200 with this body, whatever was asked for. */
function body(name: string, text: string, type = "application/json"): Fault {
  return {
    name: `200 with ${name}`,
    answered: "never",
    play: () => jsonAnswer(text, { headers: { "content-type": type } }),
  };
}

/** The vendor's answer up to its middle, and then this. */
function half(name: string, end: AnswerEnd, rest?: (vendor: Vendor) => string): Fault {
  return {
    name,
    answered: "never",
    play(vendor, request, stream) {
      const more = rest?.(vendor) ?? "";
      if (stream) return sseAnswer(vendor.half({ text: TEXT }) + more, { end });
      const whole = textOf(vendor.answer({ text: TEXT }, request));
      const bytes = encoder.encode(whole.slice(0, whole.length / 2) + more);
      return { headers: { "content-type": "application/json" }, pieces: [bytes], end };
    },
  };
}

/** The whole answer, changed on its way. */
function changed(
  name: string,
  answered: Fault["answered"],
  change: (answer: Answer, text: string) => Answer,
): Fault {
  return {
    name,
    answered,
    play(vendor, request) {
      const answer = vendor.answer({ text: TEXT }, request);
      return change(answer, textOf(answer));
    },
  };
}

function textOf({ pieces }: Answer): string {
  const bytes = pieces.filter((piece) => piece instanceof Uint8Array);
  return new TextDecoder().decode(Buffer.concat(bytes));
}

function isStream({ headers }: Answer): boolean {
  return headers?.["content-type"]?.startsWith("text/event-stream") === true;
}

/** The answer with these bytes as its body. */
function withBytes(
  answer: Answer,
  bytes: Uint8Array,
  headers: Record<string, string> = {},
): Answer {
  return { ...answer, headers: { ...answer.headers, ...headers }, pieces: [bytes] };
}

const GARBAGE = 'data: {"not json SECRETPROMPT\n\n';

export const FAULTS: readonly Fault[] = [
  changed("nothing wrong", "always", (answer) => answer),
  ...[400, 401, 402, 403, 404, 408, 409, 410, 413, 422, 451].map((code) => status(code)),
  status(429),
  status(429, { "retry-after": "120" }),
  ...[500, 501, 503, 504, 529].map((code) => status(code)),
  page(502),
  page(403),
  page(200),
  body("an empty body", ""),
  body("null", "null"),
  body("an empty object", "{}"),
  body("an empty list", "[]"),
  body("text", "hello", "text/plain"),
  body("no event", "", "text/event-stream"),
  body("comments only", ": hi\n\n: hi\n\n", "text/event-stream"),
  {
    name: "200 with an error",
    answered: "never",
    play: (vendor) => jsonAnswer(vendor.refusal(529)),
  },
  {
    name: "a redirect",
    answered: "never",
    play: () => jsonAnswer({}, { status: 307, headers: { location: "http://127.0.0.1:1/" } }),
  },
  { name: "204", answered: "never", play: () => rawAnswer("HTTP/1.1 204 No Content\r\n\r\n") },
  { name: "closed at once", answered: "never", play: () => rawAnswer("") },
  { name: "reset at once", answered: "never", play: () => rawAnswer("", "reset") },
  { name: "no HTTP", answered: "never", play: () => rawAnswer("SSH-2.0-OpenSSH_9.2\r\n") },
  {
    name: "closed in the head",
    answered: "never",
    play: () => rawAnswer("HTTP/1.1 200 OK\r\ncontent-ty"),
  },
  { name: "silence", answered: "never", play: silentAnswer },
  half("closed in the middle", "cut"),
  half("reset in the middle", "reset"),
  half("ended in the middle", "complete"),
  half("silent from the middle", "stall"),
  half("garbage in the middle", "complete", () => GARBAGE),
  half("an error in the middle", "complete", ({ streamError }) => streamError ?? GARBAGE),
  changed("a chunk without a size", "never", (answer) => ({
    ...answer,
    rawHead: `HTTP/1.1 200 OK\r\ncontent-type: ${answer.headers?.["content-type"]}\r\ntransfer-encoding: chunked\r\n\r\nZZZ\r\n`,
    lengthKnown: false,
    end: "cut",
  })),
  changed("a length that is too long", "maybe", (answer, text) => ({
    rawHead: `HTTP/1.1 200 OK\r\ncontent-type: ${answer.headers?.["content-type"]}\r\ncontent-length: ${Buffer.byteLength(text) + 50}\r\n\r\n`,
    pieces: [encoder.encode(text)],
    end: "cut",
  })),
  changed("a false content-encoding", "never", (answer, text) =>
    withBytes(answer, encoder.encode(text), { "content-encoding": "gzip" }),
  ),
  changed("a content-encoding nobody asked for", "always", (answer, text) =>
    withBytes(answer, gzipSync(text), { "content-encoding": "gzip" }),
  ),
  changed("byte by byte", "always", (answer, text) => ({
    ...answer,
    pieces: Array.from(encoder.encode(text), (byte) => Uint8Array.of(byte)),
  })),
  changed("CR LF and a byte order mark", "always", (answer, text) =>
    isStream(answer)
      ? withBytes(answer, encoder.encode(`\ufeff${text.replaceAll("\n", "\r\n")}`))
      : answer,
  ),
  changed("the end twice", "maybe", (answer, text) =>
    isStream(answer) ? withBytes(answer, encoder.encode(text + text.slice(-200))) : answer,
  ),
];
