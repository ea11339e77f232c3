import { connect } from "node:net";
import { SPOKEN_DIALECTS } from "../fallback/dialects.ts";
import { BEHAVIOURS, type Behaviour, textOf } from "./vendor.ts";

/** What a caller does with its call. */
export type Manner = "reads" | "reads slowly" | "stops reading" | "leaves" | "resets";

export interface SoakCall {
  readonly number: number;
  readonly behaviour: Behaviour;
  readonly manner: Manner;
  readonly stream: boolean;
  /** Of `SPOKEN_DIALECTS`. */
  readonly dialect: number;
  /** When a caller who leaves does so, in milliseconds. */
  readonly leavesAfterMs: number;
  /** Whether a store of the server is away, so that a refusal is right. */
  isStoreAway(): boolean;
}

/** What became of a call, as its caller can judge it. */
export type Verdict = "answered" | "failed" | "left" | "lost" | "lying end";

export interface Ending {
  readonly verdict: Verdict;
  /** The last of what was received. */
  readonly tail: string;
}

/** Longer than any of the server's own limits. */
const PATIENCE_MS = 60_000;
const SLOW_PAUSE_MS = 100;

/** Makes one call on a connection of its own, and judges its end. */
export function makeCall(url: string, token: string, call: SoakCall): Promise<Ending> {
  const spoken = SPOKEN_DIALECTS[call.dialect] ?? SPOKEN_DIALECTS[0];
  const { behaviour, manner, stream } = call;
  const { hostname, port } = new URL(url);
  const prompt = `soak ${behaviour} ${call.number}`;
  const body = JSON.stringify(spoken.body({ model: "claude/claude-sonnet-5-5", stream, prompt }));
  const wasAway = call.isStoreAway();
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    const chunks: Buffer[] = [];
    let isDone = false;
    const timer = setTimeout(() => finish("lost"), PATIENCE_MS);
    function finish(verdict: Verdict): void {
      if (isDone) return;
      isDone = true;
      clearTimeout(timer);
      socket.destroy();
      resolve({ verdict, tail: Buffer.concat(chunks).toString("utf8").slice(-300) });
    }
    socket.on("error", () => {});
    socket.on("close", () => {
      if (isDone) return;
      const received = Buffer.concat(chunks).toString("utf8");
      finish(judge(received, call, wasAway || call.isStoreAway()));
    });
    socket.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      if (manner === "stops reading" && chunks.length === 2) socket.pause();
      if (isComplete(Buffer.concat(chunks.slice(-2)), chunks)) {
        // Not every server closes at once.
        finish(judge(Buffer.concat(chunks).toString("utf8"), call, wasAway || call.isStoreAway()));
        return;
      }
      if (manner !== "reads slowly") return;
      socket.pause();
      setTimeout(() => socket.resume(), SLOW_PAUSE_MS);
    });
    socket.write(
      [
        `POST ${spoken.path} HTTP/1.1`,
        `host: ${hostname}:${port}`,
        `authorization: Bearer ${token}`,
        "content-type: application/json",
        `content-length: ${Buffer.byteLength(body)}`,
        "connection: close",
        "",
        "",
      ].join("\r\n"),
    );
    // Apart from the head, as most clients send it.
    setTimeout(() => socket.write(body), 2);
    if (manner === "leaves" || manner === "resets")
      setTimeout(() => {
        if (isDone) return;
        if (manner === "resets") socket.resetAndDestroy();
        finish("left");
      }, call.leavesAfterMs);
    // Its stream is given up; what had been sent before is read then.
    if (manner === "stops reading") setTimeout(() => socket.resume(), 12_000);
  });
}

function judge(received: string, call: SoakCall, isStoreAway: boolean): Verdict {
  const spoken = SPOKEN_DIALECTS[call.dialect] ?? SPOKEN_DIALECTS[0];
  const { isFault } = BEHAVIOURS[call.behaviour];
  const isExcused = isFault || isStoreAway || call.manner === "stops reading";
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(received)?.[1] ?? 0);
  if (status === 0) return "lost";
  const body = received.slice(received.indexOf("\r\n\r\n") + 4);
  if (status !== 200) return isExcused ? "failed" : "lost";
  const text = withoutChunks(body);
  if (call.stream) {
    if (spoken.failed.test(text)) return isExcused ? "failed" : "lost";
    if (!spoken.complete.test(text)) return "lying end";
  } else if (!isJson(text)) return "lying end";
  // Each word is in some delta; the last one tells that nothing was left out at the end.
  const isWhole =
    call.behaviour === "large"
      ? text.length > textOf(call.behaviour, call.number).length
      : text.includes("Answer") && text.includes(String(call.number));
  return isWhole && !isFault ? "answered" : "lying end";
}

/** Whether the answer has come to its end by HTTP: its last chunk, or its whole length. */
function isComplete(tail: Buffer, chunks: readonly Buffer[]): boolean {
  const [first] = chunks;
  const head = first?.toString("latin1", 0, Math.max(0, first.indexOf("\r\n\r\n"))) ?? "";
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length === undefined) return tail.subarray(-7).toString("latin1") === "\r\n0\r\n\r\n";
  const received = chunks.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return received >= head.length + 4 + Number(length);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The body without the framing of `transfer-encoding: chunked`, if it has one. */
function withoutChunks(body: string): string {
  const bytes = Buffer.from(body, "utf8");
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    const size = lineEnd === -1 ? "" : bytes.toString("latin1", at, lineEnd);
    if (!/^[0-9a-f]{1,8}$/i.test(size)) return at === 0 ? body : Buffer.concat(parts).toString();
    const length = Number.parseInt(size, 16);
    if (length === 0) return Buffer.concat(parts).toString();
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + length));
    at = lineEnd + 2 + length + 2;
  }
}
