import type { JsonObject } from "../../../src/json/json-object.ts";
import type { UpstreamRequest } from "../upstream.ts";
import type { Answer } from "../upstream-answer.ts";

/** An answer, in what all vendors can say. */
export interface ScriptedAnswer {
  reasoning?: string;
  /** The vendor's proof of the reasoning, that the next turn must bring back byte for byte. */
  signature?: string;
  text?: string;
  calls?: readonly { id: string; name: string; arguments: JsonObject }[];
  /** Why it ended, if neither by itself nor for its calls. */
  finish?: "length" | "content_filter";
}

/** What of a conversation stood in a request that reached the vendor. */
export interface Received {
  signatures: string[];
  /** The ids of the calls that the assistant made, and those that were answered. */
  callIds: string[];
  resultIds: string[];
  /** The texts of the results. */
  results: string[];
  /** The images, as base64. */
  images: string[];
  /** The schema of a structured answer. */
  schema: unknown;
}

/** A vendor's API as an upstream plays it, in its own format. */
export interface Vendor {
  /** The provider's name on the server. */
  name: string;
  model: string;
  /** The server's variables that point the provider at this upstream. */
  variables(upstreamUrl: string): Record<string, string>;
  /** The answer, as an event stream if the request asks for one. */
  answer(scripted: ScriptedAnswer, request: Pick<UpstreamRequest, "url" | "json">): Answer;
  /** The first half of the stream: it breaks off after the first text. */
  half(scripted: ScriptedAnswer): string;
  /** The error that this vendor sends in mid-stream; null if its format has none. */
  streamError: string | null;
  /** A refusal in this vendor's words. */
  refusal(status: number): unknown;
  read(body: unknown): Received;
}

export const COUNTS = { input: 20, output: 12, reasoning: 5, total: 32 } as const;

/** Splits a text into pieces of a few letters, as models stream it. */
export function pieces(text: string): string[] {
  return text.match(/[\s\S]{1,5}/gu) ?? [];
}

/** The text of a call's result, which is a text or has parts. */
export function resultText(content: unknown): string {
  if (typeof content === "string") return content;
  return Array.isArray(content)
    ? content.map((part: JsonObject) => String(part.text)).join("")
    : "";
}
