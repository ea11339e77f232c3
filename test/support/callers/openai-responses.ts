import OpenAI from "openai";
import type { Caller, Endpoint, Question, Turn } from "./caller.ts";
import { readOpenaiError, readOpenaiStreamError } from "./openai-error.ts";

type Params = Omit<OpenAI.Responses.ResponseCreateParamsNonStreaming, "stream">;
type Input = OpenAI.Responses.ResponseInput;

function firstMessage({ prompt, image }: Question): Input[number] {
  if (image === undefined) return { role: "user", content: prompt };
  return {
    role: "user",
    content: [
      { type: "input_text", text: prompt },
      { type: "input_image", image_url: `data:image/png;base64,${image}`, detail: "auto" },
    ],
  };
}

function encodeParams({ model, tools, schema, reasoning }: Question, input: Input): Params {
  return {
    model,
    input,
    store: false,
    include: ["reasoning.encrypted_content"],
    ...(tools
      ? { tools: tools.map((tool) => ({ type: "function" as const, strict: false, ...tool })) }
      : {}),
    ...(schema
      ? { text: { format: { type: "json_schema", name: "answer", schema, strict: true } } }
      : {}),
    ...(reasoning ? { reasoning: { effort: "low", summary: "auto" } } : {}),
  };
}

function finishOf(
  { status, incomplete_details: details }: OpenAI.Responses.Response,
  called: boolean,
): string {
  if (status === "incomplete")
    return details?.reason === "max_output_tokens" ? "length" : (details?.reason ?? "incomplete");
  if (status !== "completed") return String(status);
  return called ? "tool_calls" : "stop";
}

/** openai's client with its Responses; a stream by its own accumulator. */
export function createOpenaiResponsesCaller({ url, token }: Endpoint): Caller {
  const client = new OpenAI({ apiKey: token, baseURL: `${url}/v1`, maxRetries: 0 });

  async function respond(
    params: Params,
    { stream, signal }: Question,
  ): Promise<OpenAI.Responses.Response> {
    const options = signal ? { signal } : {};
    return stream
      ? client.responses.stream(params, options).finalResponse()
      : client.responses.create(params, options);
  }

  async function takeTurn(question: Question, input: Input): Promise<Turn> {
    const response = await respond(encodeParams(question, input), question);
    const calls = response.output.flatMap((item) =>
      item.type === "function_call"
        ? [{ id: item.call_id, name: item.name, arguments: JSON.parse(item.arguments) }]
        : [],
    );
    return {
      text: response.output_text,
      reasoning: response.output
        .flatMap((item) => (item.type === "reasoning" ? item.summary.map(({ text }) => text) : []))
        .join(""),
      calls,
      finish: finishOf(response, calls.length > 0),
      usage: { input: response.usage?.input_tokens, output: response.usage?.output_tokens },
      reply: (result) =>
        takeTurn(question, [
          ...input,
          // Output items go back as they came; the types of the two differ in kinds that no test
          // has.
          ...(response.output as Input),
          ...calls.map((call) => ({
            type: "function_call_output" as const,
            call_id: call.id,
            output: result(call),
          })),
        ]),
    };
  }

  return {
    ask: (question) => takeTurn(question, [firstMessage(question)]),
    readErrorBody: readOpenaiError,
    readStreamError: readOpenaiStreamError,
  };
}
