import * as z from "zod";
import { doneSchema, failedSchema } from "../../src/dialects/chat/event.ts";
import { chatResponseSchema, type usageSchema } from "../../src/dialects/chat/response.ts";
import type { StreamedText } from "./read-sse-text.ts";

/** What an answer says, whichever way it came: what two ways of getting it are compared by. */
export interface AnswerSummary {
  text: string;
  reasoning: { text: string; signature: string | null; redacted: boolean }[];
  tool_calls: { id: string; name: string; arguments: unknown }[];
  /** The types of the parts, in their order. */
  parts: string[];
  finish_reason: string;
  raw_finish_reason: string | null;
  usage: z.infer<typeof usageSchema> | null;
}

/** A whole answer of the native dialect; throws if it is not one. */
export function summarizeResponse(body: unknown): AnswerSummary {
  const answer = chatResponseSchema.parse(body);
  return {
    text: answer.text,
    reasoning: answer.content.flatMap((part) =>
      part.type === "reasoning"
        ? [
            {
              text: part.text,
              signature: part.signature?.value ?? null,
              redacted: part.redacted ?? false,
            },
          ]
        : [],
    ),
    tool_calls: answer.tool_calls,
    parts: answer.content.map((part) => part.type),
    finish_reason: answer.finish_reason,
    raw_finish_reason: answer.raw_finish_reason,
    usage: answer.usage,
  };
}

const partStartSchema = z.object({
  index: z.int(),
  kind: z.enum(["text", "reasoning", "tool_call", "opaque"]),
  id: z.string().optional(),
  name: z.string().optional(),
  redacted: z.boolean().optional(),
});
const partDeltaSchema = z.object({ index: z.int(), delta: z.string() });
const partEndSchema = z.object({
  index: z.int(),
  signature: z.object({ value: z.string() }).optional(),
});

/**
 * A streamed answer that came to its end; throws if it did not, or if the events' order is wrong.
 */
export function summarizeStream({ events }: StreamedText): AnswerSummary {
  const parts: {
    start: z.infer<typeof partStartSchema>;
    text: string;
    signature: string | null;
  }[] = [];
  const last = events[events.length - 1];
  if (!last) throw new Error("the stream has no events");
  if (last.event !== "done")
    throw new Error(`the stream ends with ${last.event}: ${JSON.stringify(last.data)}`);
  events.forEach(({ event, id, data }, at) => {
    if (id !== String(at + 1)) throw new Error(`event ${at} has the id ${id}`);
    if (data.type !== event) throw new Error(`the data of ${event} has the type ${data.type}`);
    if ((event === "start") !== (at === 0)) throw new Error(`event ${at} is ${event}`);
    if (/^(done|error|cancelled)$/.test(event) && at !== events.length - 1)
      throw new Error(`${event} is not the last event`);
    if (event === "part-start") {
      const start = partStartSchema.parse(data);
      if (start.index !== parts.length)
        throw new Error(`part ${start.index} follows part ${parts.length - 1}`);
      parts.push({ start, text: "", signature: null });
    } else if (event === "part-delta") {
      const { index, delta } = partDeltaSchema.parse(data);
      const part = parts[index];
      if (!part) throw new Error(`a delta for part ${index}, which never began`);
      part.text += delta;
    } else if (event === "part-end") {
      const { index, signature } = partEndSchema.parse(data);
      const part = parts[index];
      if (part && signature) part.signature = signature.value;
    }
  });
  const done = doneSchema.parse(last.data);
  return {
    text: parts.map(({ start, text }) => (start.kind === "text" ? text : "")).join(""),
    reasoning: parts.flatMap(({ start, text, signature }) =>
      start.kind === "reasoning" ? [{ text, signature, redacted: start.redacted ?? false }] : [],
    ),
    tool_calls: parts.flatMap(({ start, text }) =>
      start.kind === "tool_call"
        ? [
            {
              id: start.id ?? "",
              name: start.name ?? "",
              arguments: text === "" ? {} : JSON.parse(text),
            },
          ]
        : [],
    ),
    parts: parts.map(({ start }) => start.kind),
    finish_reason: done.finish_reason,
    raw_finish_reason: done.raw_finish_reason,
    usage: done.usage,
  };
}

/** The terminal event of a stream that did not come to its end; throws if it did. */
export function readFailure({ events }: StreamedText): z.infer<typeof failedSchema> {
  const terminals = events.filter(({ event }) => /^(done|error|cancelled)$/.test(event));
  const last = events[events.length - 1];
  if (!last || terminals.length !== 1 || terminals[0] !== last) {
    throw new Error(
      `the stream does not end with its one terminal event: ${events.map(({ event }) => event).join(" ")}`,
    );
  }
  return failedSchema.parse(last.data);
}
