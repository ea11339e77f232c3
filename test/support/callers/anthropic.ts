import Anthropic, { APIError } from "@anthropic-ai/sdk";
import type { Caller, Endpoint, Question, ToldError, Turn } from "./caller.ts";

type Params = Omit<Anthropic.MessageCreateParamsNonStreaming, "stream">;

const FINISH: Readonly<Record<string, string>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  max_tokens: "length",
  tool_use: "tool_calls",
  refusal: "content_filter",
};

function firstMessage({ prompt, image }: Question): Anthropic.MessageParam {
  if (image === undefined) return { role: "user", content: prompt };
  return {
    role: "user",
    content: [
      { type: "image", source: { type: "base64", media_type: "image/png", data: image } },
      { type: "text", text: prompt },
    ],
  };
}

function encodeParams(
  { model, tools, schema, reasoning }: Question,
  messages: Anthropic.MessageParam[],
): Params {
  return {
    model,
    messages,
    max_tokens: 4096,
    ...(tools
      ? {
          tools: tools.map(({ name, description, parameters }) => ({
            name,
            description,
            input_schema: parameters,
          })),
        }
      : {}),
    ...(schema ? { output_config: { format: { type: "json_schema", schema } } } : {}),
    ...(reasoning ? { thinking: { type: "enabled", budget_tokens: 1024 } } : {}),
  };
}

function readErrorBody(thrown: unknown): ToldError {
  if (!(thrown instanceof APIError)) throw thrown;
  return {
    kind: thrown.constructor.name,
    status: thrown.status,
    retryAfter: thrown.headers?.get("retry-after"),
    requestId: thrown.requestID,
    code: thrown.type,
  };
}

function readStreamError(thrown: unknown): string {
  if (!(thrown instanceof APIError) || thrown.type === null) throw thrown;
  return thrown.message;
}

/** @anthropic-ai/sdk; a stream by its own accumulator. */
export function createAnthropicCaller({ url, token }: Endpoint): Caller {
  const client = new Anthropic({ apiKey: token, baseURL: url, maxRetries: 0, logLevel: "off" });

  async function create(params: Params, { stream, signal }: Question): Promise<Anthropic.Message> {
    const options = signal ? { signal } : {};
    return stream
      ? client.messages.stream(params, options).finalMessage()
      : client.messages.create(params, options);
  }

  async function takeTurn(question: Question, messages: Anthropic.MessageParam[]): Promise<Turn> {
    const message = await create(encodeParams(question, messages), question);
    const { content, usage, stop_reason: reason } = message;
    const calls = content.flatMap((block) =>
      block.type === "tool_use" ? [{ id: block.id, name: block.name, arguments: block.input }] : [],
    );
    return {
      text: content.map((block) => (block.type === "text" ? block.text : "")).join(""),
      reasoning: content.map((block) => (block.type === "thinking" ? block.thinking : "")).join(""),
      calls,
      finish: FINISH[reason ?? ""] ?? String(reason),
      usage: {
        input:
          usage.input_tokens +
          (usage.cache_read_input_tokens ?? 0) +
          (usage.cache_creation_input_tokens ?? 0),
        output: usage.output_tokens,
      },
      reply: (result) =>
        takeTurn(question, [
          ...messages,
          { role: "assistant", content },
          {
            role: "user",
            content: calls.map((call) => ({
              type: "tool_result",
              tool_use_id: call.id,
              content: result(call),
            })),
          },
        ]),
    };
  }

  return {
    ask: (question) => takeTurn(question, [firstMessage(question)]),
    readErrorBody,
    readStreamError,
  };
}
