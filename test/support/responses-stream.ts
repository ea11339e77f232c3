import type { JsonObject } from "../../src/json/json-object.ts";

/** Events of the Responses API as they come over the wire, numbered. */
export function responsesSse(...events: readonly JsonObject[]): string {
  return events
    .map(
      (event, number) =>
        `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: number })}\n\n`,
    )
    .join("");
}

export function responseObject(fields: JsonObject = {}): JsonObject {
  return {
    id: "resp_1",
    object: "response",
    created_at: 1_700_000_000,
    status: "completed",
    model: "gpt-test-2026",
    output: [],
    error: null,
    incomplete_details: null,
    ...fields,
  };
}

export const CREATED: JsonObject = {
  type: "response.created",
  response: responseObject({ status: "in_progress" }),
};

export const USAGE: JsonObject = {
  input_tokens: 20,
  input_tokens_details: { cached_tokens: 8 },
  output_tokens: 12,
  output_tokens_details: { reasoning_tokens: 5 },
  total_tokens: 32,
};

/** A message's events, its text in two pieces. */
export function messageEvents(outputIndex: number, id: string, text: string): JsonObject[] {
  const place = { item_id: id, output_index: outputIndex, content_index: 0 };
  const half = Math.ceil(text.length / 2);
  return [
    {
      type: "response.output_item.added",
      output_index: outputIndex,
      item: { id, type: "message", status: "in_progress", role: "assistant", content: [] },
    },
    {
      type: "response.content_part.added",
      ...place,
      part: { type: "output_text", text: "", annotations: [] },
    },
    { type: "response.output_text.delta", ...place, delta: text.slice(0, half) },
    { type: "response.output_text.delta", ...place, delta: text.slice(half) },
    { type: "response.output_text.done", ...place, text },
    {
      type: "response.content_part.done",
      ...place,
      part: { type: "output_text", text, annotations: [] },
    },
    { type: "response.output_item.done", output_index: outputIndex, item: messageItem(id, text) },
  ];
}

export function messageItem(id: string, text: string): JsonObject {
  return {
    id,
    type: "message",
    status: "completed",
    role: "assistant",
    content: [{ type: "output_text", text, annotations: [] }],
  };
}

export function callItem(id: string, callId: string, name: string, text: string): JsonObject {
  return { id, type: "function_call", status: "completed", call_id: callId, name, arguments: text };
}

/** A function call's events, its arguments in two pieces. */
export function callEvents(outputIndex: number, item: JsonObject): JsonObject[] {
  const text = String(item.arguments);
  const place = { item_id: item.id, output_index: outputIndex };
  return [
    {
      type: "response.output_item.added",
      output_index: outputIndex,
      item: { ...item, status: "in_progress", arguments: "" },
    },
    { type: "response.function_call_arguments.delta", ...place, delta: text.slice(0, 3) },
    { type: "response.function_call_arguments.delta", ...place, delta: text.slice(3) },
    { type: "response.function_call_arguments.done", ...place, arguments: text },
    { type: "response.output_item.done", output_index: outputIndex, item },
  ];
}

export function completed(output: readonly JsonObject[], fields: JsonObject = {}): JsonObject {
  return {
    type: "response.completed",
    response: responseObject({ output, usage: USAGE, ...fields }),
  };
}
