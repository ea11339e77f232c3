import OpenAI from "openai";
import type { Caller, Endpoint, Question, Turn } from "./caller.ts";
import { readOpenaiError, readOpenaiStreamError } from "./openai-error.ts";

type Messages = OpenAI.Chat.ChatCompletionMessageParam[];
type Params = Omit<OpenAI.Chat.ChatCompletionCreateParamsNonStreaming, "stream">;

function firstMessage({ prompt, image }: Question): Messages[number] {
  if (image === undefined) return { role: "user", content: prompt };
  return {
    role: "user",
    content: [
      { type: "text", text: prompt },
      { type: "image_url", image_url: { url: `data:image/png;base64,${image}` } },
    ],
  };
}

function encodeParams({ model, tools, schema, reasoning }: Question, messages: Messages): Params {
  return {
    model,
    messages,
    ...(tools
      ? { tools: tools.map((tool) => ({ type: "function" as const, function: { ...tool } })) }
      : {}),
    ...(schema
      ? {
          response_format: {
            type: "json_schema",
            json_schema: { name: "answer", schema, strict: true },
          },
        }
      : {}),
    ...(reasoning ? { reasoning_effort: "low" } : {}),
  };
}

/** Not in OpenAI's types: the field in which most servers of this format tell it. */
function reasoningIn(message: object | undefined): string {
  return message && "reasoning_content" in message ? String(message.reasoning_content) : "";
}

/** openai's client with its Chat Completions; a stream by its own accumulator. */
export function createOpenaiChatCaller({ url, token }: Endpoint): Caller {
  const client = new OpenAI({ apiKey: token, baseURL: `${url}/v1`, maxRetries: 0 });

  async function complete(params: Params, { stream, signal }: Question) {
    const options = signal ? { signal } : {};
    if (!stream) {
      const completion = await client.chat.completions.create(params, options);
      return { completion, reasoning: reasoningIn(completion.choices[0]?.message) };
    }
    const streamed = client.chat.completions.stream(
      { ...params, stream_options: { include_usage: true } },
      options,
    );
    // The accumulator keeps only the last piece of fields that it does not know.
    let reasoning = "";
    streamed.on("chunk", (chunk) => {
      reasoning += reasoningIn(chunk.choices[0]?.delta);
    });
    return { completion: await streamed.finalChatCompletion(), reasoning };
  }

  async function takeTurn(question: Question, messages: Messages): Promise<Turn> {
    const { completion, reasoning } = await complete(encodeParams(question, messages), question);
    const [choice] = completion.choices;
    if (!choice) throw new Error("the completion has no choice");
    const { message } = choice;
    const calls = (message.tool_calls ?? []).flatMap((call) =>
      call.type === "function"
        ? [
            {
              id: call.id,
              name: call.function.name,
              arguments: JSON.parse(call.function.arguments),
            },
          ]
        : [],
    );
    return {
      text: message.content ?? "",
      reasoning,
      calls,
      finish: choice.finish_reason,
      usage: {
        input: completion.usage?.prompt_tokens,
        output: completion.usage?.completion_tokens,
      },
      reply: (result) =>
        takeTurn(question, [
          ...messages,
          message,
          ...calls.map((call) => ({
            role: "tool" as const,
            tool_call_id: call.id,
            content: result(call),
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
