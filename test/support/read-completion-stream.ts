import { isJsonObject, type JsonObject, jsonObjectSchema } from "../../src/json/json-object.ts";

/** What a caller reads from an answer of `POST /v1/chat/completions`, streamed or whole. */
export interface ReadCompletion {
  id: unknown;
  model: unknown;
  content: string;
  reasoning: string;
  refusal: string;
  details: unknown;
  calls: { id: unknown; name: unknown; arguments: string; extra: unknown }[];
  finishReason: unknown;
  usage: unknown;
}

function emptyCompletion(): ReadCompletion {
  return {
    id: undefined,
    model: undefined,
    content: "",
    reasoning: "",
    refusal: "",
    details: undefined,
    calls: [],
    finishReason: null,
    usage: undefined,
  };
}

/**
 * Puts a stream together as clients do; throws if it does not end in `[DONE]`, or has anything
 * after it.
 */
export function readCompletionStream(text: string): ReadCompletion {
  const blocks = text.split("\n\n");
  if (blocks.pop() !== "") throw new Error("the stream does not end with a blank line");
  const data = blocks.flatMap((block) => (block.startsWith(":") ? [] : [readData(block)]));
  if (data.pop() !== "[DONE]")
    throw new Error(`the stream does not end in [DONE]: ${text.slice(-200)}`);
  const answer = emptyCompletion();
  for (const line of data) {
    const chunk = jsonObjectSchema.parse(JSON.parse(line));
    answer.id ??= chunk.id;
    answer.model ??= chunk.model;
    if (isJsonObject(chunk.usage)) answer.usage = chunk.usage;
    const choice: unknown = Array.isArray(chunk.choices) ? chunk.choices[0] : undefined;
    if (isJsonObject(choice)) addChoice(answer, choice, choice.delta);
  }
  return answer;
}

export function readCompletion(body: unknown): ReadCompletion {
  const completion = jsonObjectSchema.parse(body);
  const choice: unknown = Array.isArray(completion.choices) ? completion.choices[0] : undefined;
  const answer = {
    ...emptyCompletion(),
    id: completion.id,
    model: completion.model,
    usage: completion.usage,
  };
  if (isJsonObject(choice)) addChoice(answer, choice, choice.message);
  return answer;
}

function readData(block: string): string {
  if (!block.startsWith("data: ") || block.includes("\n"))
    throw new Error(`not an event of this dialect: ${block}`);
  return block.slice("data: ".length);
}

function addChoice(answer: ReadCompletion, choice: JsonObject, message: unknown): void {
  answer.finishReason = choice.finish_reason ?? answer.finishReason;
  if (!isJsonObject(message)) return;
  answer.content += textIn(message.content);
  answer.reasoning += textIn(message.reasoning_content);
  answer.refusal += textIn(message.refusal);
  answer.details = message.reasoning_details ?? answer.details;
  if (!Array.isArray(message.tool_calls)) return;
  message.tool_calls.filter(isJsonObject).forEach((call, place) => {
    const index = typeof call.index === "number" ? call.index : place;
    const known = answer.calls[index] ?? {
      id: call.id,
      name: undefined,
      arguments: "",
      extra: undefined,
    };
    answer.calls[index] = known;
    known.extra = call.extra_content ?? known.extra;
    if (!isJsonObject(call.function)) return;
    known.name ??= call.function.name;
    known.arguments += textIn(call.function.arguments);
  });
}

function textIn(value: unknown): string {
  return typeof value === "string" ? value : "";
}
