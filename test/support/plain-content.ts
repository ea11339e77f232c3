import { isJsonObject, type JsonObject } from "../../src/json/json-object.ts";
import { readObjects } from "../../src/json/narrow.ts";

/**
 * A body or chunk of Chat Completions in which the content is a text, as OpenAI's clients take it,
 * if it is Mistral's list of texts and thinking; else the same object.
 */
export function plainContent(answer: JsonObject): JsonObject {
  const [choice] = readObjects(answer.choices);
  const field = isJsonObject(choice?.delta) ? "delta" : "message";
  const message = choice?.[field];
  if (!isJsonObject(message) || !Array.isArray(message.content)) return answer;
  const elements = readObjects(message.content);
  const texts = elements.flatMap(({ text }) => (typeof text === "string" ? [text] : []));
  const thinking = elements.flatMap(({ thinking }) =>
    readObjects(thinking).map(({ text }) => text),
  );
  const plain = {
    ...message,
    content: texts.length === 0 ? null : texts.join(""),
    ...(thinking.length === 0 ? {} : { reasoning_content: thinking.join("") }),
  };
  return { ...answer, choices: [{ ...choice, [field]: plain }] };
}

/** The same for the data of an event. */
export function plainData(data: string): string {
  if (!data.startsWith("{")) return data;
  const chunk: unknown = JSON.parse(data);
  if (!isJsonObject(chunk)) return data;
  const plain = plainContent(chunk);
  return plain === chunk ? data : JSON.stringify(plain);
}
