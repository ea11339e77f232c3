import * as z from "zod";
import { TEXT_FIXTURE } from "../anthropic-fixtures.ts";
import { streamMessage } from "../stream-anthropic-message.ts";
import { type Answer, jsonAnswer, silentAnswer, sseAnswer } from "../upstream-answer.ts";

const pieces = streamMessage(TEXT_FIXTURE.message);
const firstDelta = pieces.findIndex((piece) => piece.includes("text_delta"));

const startSchema = z.object({
  message: z.object({ usage: z.object({ input_tokens: z.int(), output_tokens: z.int() }) }),
});

/** Where a call is when its caller leaves. */
export interface Stage {
  readonly name: string;
  readonly stream: boolean;
  /** What the vendor does in answer to its calls. */
  readonly answer: () => Answer;
  /** How many calls the vendor gets before the caller leaves. */
  readonly calls: number;
  /** Whether the caller has to see content before it leaves. */
  readonly awaitsContent?: boolean;
  /** The answer to the first call ends by itself, so that the call waits for its next attempt. */
  readonly isBetweenAttempts?: boolean;
  /** The model, if it is not the usual one. */
  readonly model?: string;
  /** How many of the vendor's calls have counted tokens by then, and lost them. */
  readonly counted: number;
}

/** What a caller sees of the content of `mid-stream`. */
export const FIRST_TEXT = z
  .object({ delta: z.object({ text: z.string() }) })
  .parse(JSON.parse((pieces[firstDelta] ?? "").split("data: ")[1] ?? "")).delta.text;

/** What the vendor counts at the beginning of a stream. */
export const COUNTED_TOKENS = readCountedTokens();

function readCountedTokens(): number {
  const start = pieces.find((piece) => piece.includes("message_start")) ?? "";
  const { usage } = startSchema.parse(JSON.parse(start.slice(start.indexOf("{")))).message;
  return usage.input_tokens + usage.output_tokens;
}

/** The route of a hedged call, as in `ROUTES`. */
export const HEDGED = {
  hedged: {
    targets: ["claude/claude-sonnet-5-5", "claude/claude-opus-5-5"],
    hedge_after_ms: 100,
  },
};

const begun = () => sseAnswer(pieces.slice(0, firstDelta), { end: "stall" });

export const STAGES: readonly Stage[] = [
  { name: "before headers", stream: true, answer: silentAnswer, calls: 1, counted: 0 },
  { name: "before first content", stream: true, answer: begun, calls: 1, counted: 1 },
  {
    name: "mid-stream",
    stream: true,
    answer: () => sseAnswer(pieces.slice(0, firstDelta + 1), { end: "stall" }),
    calls: 1,
    awaitsContent: true,
    counted: 0,
  },
  {
    name: "during back-off",
    stream: true,
    answer: () => jsonAnswer({}, { status: 429, headers: { "retry-after": "5" } }),
    calls: 1,
    isBetweenAttempts: true,
    counted: 0,
  },
  {
    name: "during a hedge",
    stream: true,
    answer: begun,
    calls: 2,
    model: "hedged",
    counted: 2,
  },
  { name: "whole answer", stream: false, answer: silentAnswer, calls: 1, counted: 0 },
];
