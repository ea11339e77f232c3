import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import {
  APICallError,
  generateText,
  jsonSchema,
  type LanguageModel,
  type ModelMessage,
  Output,
  streamText,
  type ToolSet,
} from "ai";
import * as z from "zod";
import type { Caller, Endpoint, Question, ToldError, Turn } from "./caller.ts";

// It warns on standard error of every model whose name it does not know.
globalThis.AI_SDK_LOG_WARNINGS = false;

type Options = NonNullable<Parameters<typeof generateText>[0]["providerOptions"]>;

interface Vendor {
  model(id: string): LanguageModel;
  options(question: Question): Options;
}

const errorSchema = z.object({
  error: z.looseObject({ code: z.string().nullish(), type: z.string().nullish() }),
});

function readErrorBody(thrown: unknown): ToldError {
  if (!APICallError.isInstance(thrown)) throw thrown;
  const body = errorSchema.safeParse(JSON.parse(thrown.responseBody ?? "null")).data?.error;
  return {
    kind: `${thrown.name}${thrown.isRetryable ? ", retryable" : ""}`,
    status: thrown.statusCode,
    retryAfter: thrown.responseHeaders?.["retry-after"],
    requestId: thrown.responseHeaders?.["x-request-id"],
    code: body?.code ?? body?.type,
  };
}

/** The SDK gives these a class of its own, which it does not export. */
function readStreamError(thrown: unknown): string {
  if (!(thrown instanceof Error) || thrown.constructor.name !== "StreamProviderError") throw thrown;
  return thrown.message;
}

function firstMessage({ prompt, image }: Question): ModelMessage {
  if (image === undefined) return { role: "user", content: prompt };
  return {
    role: "user",
    content: [
      { type: "text", text: prompt },
      { type: "file", data: image, mediaType: "image/png" },
    ],
  };
}

/** What both of its ways to answer have in common, awaited. */
interface Answered {
  text: string;
  reasoningText: string | undefined;
  finishReason: string;
  toolCalls: readonly { toolCallId: string; toolName: string; input: unknown }[];
  usage: { inputTokens: number | undefined; outputTokens: number | undefined };
  messages: readonly ModelMessage[];
}

/** The Vercel AI SDK. Its streams tell failures as parts, so those are looked for. */
function createAiCaller(vendor: Vendor): Caller {
  function encodeSettings(question: Question, messages: ModelMessage[]) {
    const { model, schema, tools = [], signal } = question;
    const toolSet: ToolSet = {};
    for (const { name, description, parameters } of tools)
      toolSet[name] = { description, inputSchema: jsonSchema(parameters) };
    return {
      model: vendor.model(model),
      messages,
      maxRetries: 0,
      providerOptions: vendor.options(question),
      tools: toolSet,
      ...(schema ? { output: Output.object({ schema: jsonSchema(schema) }) } : {}),
      ...(signal ? { abortSignal: signal } : {}),
    };
  }

  async function whole(question: Question, messages: ModelMessage[]): Promise<Answered> {
    const result = await generateText(encodeSettings(question, messages));
    return { ...pick(result), messages: result.response.messages };
  }

  async function streamed(question: Question, messages: ModelMessage[]): Promise<Answered> {
    const result = streamText({ ...encodeSettings(question, messages), onError() {} });
    for await (const part of result.fullStream) {
      if (part.type === "error") throw part.error;
      if (part.type === "abort") throw new DOMException("The stream was aborted.", "AbortError");
    }
    return {
      text: await result.text,
      reasoningText: await result.reasoningText,
      finishReason: await result.finishReason,
      toolCalls: await result.toolCalls,
      usage: await result.usage,
      messages: (await result.response).messages,
    };
  }

  async function takeTurn(question: Question, messages: ModelMessage[]): Promise<Turn> {
    const answered = await (question.stream ? streamed : whole)(question, messages);
    const calls = answered.toolCalls.map(({ toolCallId: id, toolName: name, input }) => ({
      id,
      name,
      arguments: input,
    }));
    return {
      text: answered.text,
      reasoning: answered.reasoningText ?? "",
      calls,
      finish: answered.finishReason.replace("-", "_"),
      usage: { input: answered.usage.inputTokens, output: answered.usage.outputTokens },
      reply: (result) =>
        takeTurn(question, [
          ...messages,
          ...answered.messages,
          {
            role: "tool",
            content: calls.map((call) => ({
              type: "tool-result",
              toolCallId: call.id,
              toolName: call.name,
              output: { type: "text", value: result(call) },
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

function pick({
  text,
  reasoningText,
  finishReason,
  toolCalls,
  usage,
}: Omit<Answered, "messages">): Omit<Answered, "messages"> {
  return { text, reasoningText, finishReason, toolCalls, usage };
}

/**
 * `ai` with @ai-sdk/openai, which speaks Responses. Without `store: false` it would send references
 * to stored items.
 */
export function createAiOpenaiCaller({ url, token }: Endpoint): Caller {
  const provider = createOpenAI({ baseURL: `${url}/v1`, apiKey: token });
  return createAiCaller({
    model: (id) => provider(id),
    options: ({ reasoning }) => ({
      openai: {
        store: false,
        ...(reasoning
          ? { forceReasoning: true, reasoningEffort: "low", reasoningSummary: "auto" }
          : {}),
      },
    }),
  });
}

/**
 * `ai` with @ai-sdk/anthropic. It does not know the models' names, so the options say that they
 * take a schema.
 */
export function createAiAnthropicCaller({ url, token }: Endpoint): Caller {
  const provider = createAnthropic({ baseURL: `${url}/v1`, apiKey: token });
  return createAiCaller({
    model: (id) => provider(id),
    options: ({ reasoning }) => ({
      anthropic: {
        structuredOutputMode: "outputFormat",
        ...(reasoning ? { thinking: { type: "enabled", budgetTokens: 1024 } } : {}),
      },
    }),
  });
}

/** `ai` with @ai-sdk/openai-compatible, which speaks Chat Completions. */
export function createAiCompatibleCaller({ url, token }: Endpoint): Caller {
  const provider = createOpenAICompatible({
    name: "ours",
    baseURL: `${url}/v1`,
    apiKey: token,
    includeUsage: true,
    supportsStructuredOutputs: true,
  });
  return createAiCaller({
    model: (id) => provider(id),
    options: ({ reasoning }) => ({ ours: reasoning ? { reasoningEffort: "low" } : {} }),
  });
}
