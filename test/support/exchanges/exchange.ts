import * as z from "zod";
import { type JsonObject, jsonObjectSchema } from "../../../src/json/json-object.ts";

const bodySchema = z.union([z.string(), jsonObjectSchema]);

export const exchangeSchema = z.object({
  source: z.string(),
  interaction: z.number(),
  request: z.object({
    method: z.string(),
    url: z.string(),
    headers: z.record(z.string(), z.string()),
    body: bodySchema,
  }),
  response: z.object({
    status: z.number(),
    headers: z.record(z.string(), z.string()),
    /** Whether the body is an event stream; it is then its exact text. */
    sse: z.boolean(),
    body: bodySchema,
  }),
});

/** A vendor's call: what it was asked, and what it answered. */
export type Exchange = z.infer<typeof exchangeSchema> & {
  /** The file's name without `.json`; turns of one conversation end in `.0`, `.1`, … */
  name: string;
  /** Path below the recordings, for messages. */
  path: string;
};

export interface WrittenCall {
  name: string;
  url: string;
  request: JsonObject;
  /** Default: 200. */
  status?: number;
  /** The body as an object, or a stream as its exact text. */
  answer: JsonObject | string;
  /** Headers of the request. */
  headers?: Record<string, string>;
}

/** An exchange that is written here, in the form of a recorded one. */
export function writeExchange(call: WrittenCall): Exchange {
  const sse = typeof call.answer === "string";
  return {
    source: "written",
    interaction: 0,
    name: `${call.name} (written)`,
    path: `written/${call.name}`,
    request: { method: "POST", url: call.url, headers: call.headers ?? {}, body: call.request },
    response: {
      status: call.status ?? 200,
      headers: { "content-type": sse ? "text/event-stream" : "application/json" },
      sse,
      body: call.answer,
    },
  };
}
