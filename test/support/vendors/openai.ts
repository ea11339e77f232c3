import * as z from "zod";
import { isJsonObject, type JsonObject } from "../../../src/json/json-object.ts";
import {
  CREATED,
  callEvents,
  callItem,
  completed,
  messageEvents,
  messageItem,
  responseObject,
  responsesSse,
  USAGE,
} from "../responses-stream.ts";
import { jsonAnswer, sseAnswer } from "../upstream-answer.ts";
import { resultText, type ScriptedAnswer, type Vendor } from "./vendor.ts";

const requestSchema = z.looseObject({
  stream: z.boolean().optional(),
  input: z.union([z.string(), z.array(z.looseObject({}))]),
  text: z
    .looseObject({ format: z.looseObject({ schema: z.unknown().optional() }).optional() })
    .optional(),
});

function reasoningItem(reasoning: string, signature: string | undefined): JsonObject {
  return {
    id: "rs_1",
    type: "reasoning",
    summary: reasoning === "" ? [] : [{ type: "summary_text", text: reasoning }],
    encrypted_content: signature ?? null,
  };
}

function reasoningEvents(item: JsonObject, text: string): JsonObject[] {
  const place = { item_id: "rs_1", output_index: 0, summary_index: 0 };
  return [
    {
      type: "response.output_item.added",
      output_index: 0,
      item: { ...item, summary: [], encrypted_content: "" },
    },
    {
      type: "response.reasoning_summary_part.added",
      ...place,
      part: { type: "summary_text", text: "" },
    },
    { type: "response.reasoning_summary_text.delta", ...place, delta: text },
    { type: "response.reasoning_summary_text.done", ...place, text },
    {
      type: "response.reasoning_summary_part.done",
      ...place,
      part: { type: "summary_text", text },
    },
    { type: "response.output_item.done", output_index: 0, item },
  ];
}

/** The items of the answer, each with the events that tell it. */
function items({
  reasoning,
  signature,
  text,
  calls = [],
}: ScriptedAnswer): { item: JsonObject; events: JsonObject[] }[] {
  const list: { item: JsonObject; events: JsonObject[] }[] = [];
  if (reasoning !== undefined) {
    const item = reasoningItem(reasoning, signature);
    list.push({ item, events: reasoningEvents(item, reasoning) });
  }
  if (text)
    list.push({
      item: messageItem("msg_1", text),
      events: messageEvents(list.length, "msg_1", text),
    });
  for (const { id, name, arguments: args } of calls) {
    const item = callItem(`fc_${id}`, id, name, JSON.stringify(args));
    list.push({ item, events: callEvents(list.length, item) });
  }
  return list;
}

/** The fields of an answer that was cut. */
function endOf({ finish }: ScriptedAnswer): JsonObject {
  if (finish === undefined) return {};
  const reason = finish === "length" ? "max_output_tokens" : finish;
  return { status: "incomplete", incomplete_details: { reason } };
}

function events(scripted: ScriptedAnswer): JsonObject[] {
  const list = items(scripted);
  const output = list.map(({ item }) => item);
  const end = completed(output, endOf(scripted));
  if (scripted.finish !== undefined) end.type = "response.incomplete";
  return [CREATED, ...list.flatMap((item) => item.events), end];
}

const ERRORS: Readonly<Record<number, readonly [type: string, code: string | null]>> = {
  400: ["invalid_request_error", null],
  401: ["invalid_request_error", "invalid_api_key"],
  404: ["invalid_request_error", "model_not_found"],
  429: ["rate_limit_error", "rate_limit_exceeded"],
};

export const openai: Vendor = {
  name: "openai",
  model: "gpt-6.1-terra",
  variables: (url) => ({ OPENAI_API_KEY: "sk-canary", OPENAI_BASE_URL: `${url}/openai/v1` }),
  answer(scripted, request) {
    if (requestSchema.parse(request.json()).stream === true)
      return sseAnswer(responsesSse(...events(scripted)));
    return jsonAnswer(
      responseObject({
        output: items(scripted).map(({ item }) => item),
        usage: USAGE,
        ...endOf(scripted),
      }),
    );
  },
  half(scripted) {
    const list = events(scripted);
    return responsesSse(
      ...list.slice(0, 1 + list.findIndex(({ type }) => type === "response.output_text.delta")),
    );
  },
  streamError: responsesSse({
    type: "error",
    code: "server_error",
    message: "says the vendor",
    param: null,
  }),
  refusal(status) {
    const [type, code] = ERRORS[status] ?? ["server_error", null];
    return { error: { message: "says the vendor", type, param: null, code } };
  },
  read(body) {
    const { input, text } = requestSchema.parse(body);
    const list = typeof input === "string" ? [] : input;
    const ofType = (type: string) => list.filter((item) => item.type === type);
    const parts = list.flatMap(({ content }) =>
      Array.isArray(content) ? content.filter(isJsonObject) : [],
    );
    return {
      signatures: ofType("reasoning").map((item) => String(item.encrypted_content)),
      callIds: ofType("function_call").map((item) => String(item.call_id)),
      resultIds: ofType("function_call_output").map((item) => String(item.call_id)),
      results: ofType("function_call_output").map((item) => resultText(item.output)),
      images: parts.flatMap((part) =>
        part.type === "input_image"
          ? String(part.image_url).replace(/^data:image\/png;base64,/, "")
          : [],
      ),
      schema: text?.format?.schema,
    };
  },
};
