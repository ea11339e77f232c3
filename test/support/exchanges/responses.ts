import type { JsonObject } from "../../../src/json/json-object.ts";
import {
  CREATED,
  completed,
  messageEvents,
  messageItem,
  responseObject,
  responsesSse,
  USAGE,
} from "../responses-stream.ts";
import { openai } from "../vendors/openai.ts";
import { eachAnswer, pick } from "./answers.ts";
import { type Exchange, writeExchange } from "./exchange.ts";
import { playVendor } from "./play-vendor.ts";
import { CITY, NOTHING, PDF, PNG, WEATHER } from "./tools.ts";

// Written from platform.openai.com/docs/api-reference/responses and /responses-streaming as of
// 2026-11.
const URL = "https://api.openai.com/v1/responses";
const MODEL = "gpt-6.1-terra";
const WEATHER_TOOL = { type: "function", name: "weather", parameters: CITY, strict: true };

/** Requests of every kind that the reference describes. */
const REQUESTS: readonly [JsonObject, ...JsonObject[]] = [
  { input: "Hi" },
  {
    instructions: "Be brief.",
    input: [
      { role: "user", content: "Hi" },
      { role: "assistant", content: "Hello" },
      { role: "user", content: [{ type: "input_text", text: "Ü 🎉" }] },
    ],
    max_output_tokens: 100,
    metadata: { run: "1" },
    store: false,
  },
  {
    input: [
      { role: "user", content: "Weather?" },
      {
        type: "reasoning",
        id: "rs_1",
        summary: [{ type: "summary_text", text: "I look." }],
        encrypted_content: "gAAAAABn+/A==",
      },
      {
        type: "function_call",
        id: "fc_1",
        call_id: "call_1",
        name: "weather",
        arguments: '{"city":"Zürich"}',
        status: "completed",
      },
      { type: "function_call_output", call_id: "call_1", output: "sunny ☀" },
      { role: "user", content: "And now?" },
    ],
    tools: [WEATHER_TOOL, { type: "function", name: "now", parameters: NOTHING, strict: false }],
    tool_choice: { type: "function", name: "weather" },
    parallel_tool_calls: false,
    include: ["reasoning.encrypted_content"],
    store: false,
  },
  {
    input: [
      {
        role: "user",
        content: [
          { type: "input_image", image_url: `data:image/png;base64,${PNG}`, detail: "low" },
          {
            type: "input_file",
            filename: "a.pdf",
            file_data: `data:application/pdf;base64,${PDF}`,
          },
          { type: "input_text", text: "What is in these?" },
        ],
      },
    ],
  },
  {
    input: [
      { role: "developer", content: "Be brief." },
      { role: "user", content: "As JSON." },
    ],
    text: {
      format: { type: "json_schema", name: "weather", schema: WEATHER, strict: true },
      verbosity: "low",
    },
    reasoning: { effort: "low", summary: "auto" },
  },
  {
    input: "What is new?",
    tools: [{ type: "web_search", user_location: { type: "approximate", country: "CH" } }],
    tool_choice: "auto",
  },
];

function write(
  name: string,
  answer: JsonObject | string,
  { request = { input: "Hi" }, status = 200 }: { request?: JsonObject; status?: number } = {},
): Exchange {
  const stream = typeof answer === "string" ? { stream: true } : {};
  return writeExchange({
    name,
    url: URL,
    request: { model: MODEL, ...request, ...stream },
    status,
    answer,
  });
}

const answered: readonly Exchange[] = eachAnswer((answer, streamed, name, number) => {
  const request = pick(REQUESTS, number);
  const asked = streamed ? { ...request, stream: true } : request;
  return write(name, playVendor(openai, answer, { url: URL, request: asked }), { request });
});

function itemEvents(index: number, item: JsonObject): JsonObject[] {
  return [
    {
      type: "response.output_item.added",
      output_index: index,
      item: { ...item, status: "in_progress" },
    },
    { type: "response.output_item.done", output_index: index, item },
  ];
}

/** Items that only this API has, each before a text. */
const ITEMS: Readonly<Record<string, JsonObject>> = {
  "a search": {
    id: "ws_1",
    type: "web_search_call",
    status: "completed",
    action: { type: "search", query: "tide", queries: ["tide"] },
  },
  "code that was run": {
    id: "ci_1",
    type: "code_interpreter_call",
    status: "completed",
    code: "print(6 * 7)",
    container_id: "cntr_1",
    outputs: [{ type: "logs", logs: "42\n" }],
  },
  "a list of a server's tools": {
    id: "mcpl_1",
    type: "mcp_list_tools",
    server_label: "docs",
    tools: [{ name: "find", input_schema: NOTHING }],
    error: null,
  },
  "an item of tomorrow": { id: "new_1", type: "telepathy_call", status: "completed", thought: "?" },
};

const special: readonly Exchange[] = Object.entries(ITEMS).flatMap(([name, item]) => {
  const output = [item, messageItem("msg_1", "Here it is.")];
  const events = [...itemEvents(0, item), ...messageEvents(1, "msg_1", "Here it is.")];
  return [
    write(`${name}, whole`, responseObject({ output, usage: USAGE })),
    write(`${name}, streamed`, responsesSse(CREATED, ...events, completed(output))),
  ];
});

function refusalItem(): JsonObject {
  const content = [{ type: "refusal", refusal: "I cannot help with that." }];
  return { id: "msg_1", type: "message", status: "completed", role: "assistant", content };
}

const failure = { code: "server_error", message: "The model failed." };
const failed = responseObject({ status: "failed", error: failure });

/** Answers that are none: refused by the model, failed, or not there yet. */
const endings: readonly Exchange[] = [
  write("a refusal of the model's", responseObject({ output: [refusalItem()], usage: USAGE })),
  write(
    "a failure in the midst of a stream",
    responsesSse(CREATED, ...messageEvents(0, "msg_1", "So far").slice(0, 4), {
      type: "response.failed",
      response: failed,
    }),
  ),
  write("an answer that waits", responseObject({ status: "queued" }), {
    request: { input: "Hi", background: true },
  }),
];

const REFUSALS: readonly (readonly [status: number, type: string, code: string | null])[] = [
  [400, "invalid_request_error", null],
  [400, "invalid_request_error", "invalid_value"],
  [404, "invalid_request_error", "model_not_found"],
  [413, "invalid_request_error", "request_too_large"],
];

const refused: readonly Exchange[] = REFUSALS.map(([status, type, code]) =>
  write(
    `a request that was refused with ${status}${code === null ? "" : `, ${code}`}`,
    { error: { message: `Refused: ${code}`, type, param: null, code } },
    { status },
  ),
);

export const responsesExchanges: readonly Exchange[] = [
  ...answered,
  ...special,
  ...endings,
  ...refused,
];
