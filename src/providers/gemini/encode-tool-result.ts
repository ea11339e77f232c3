import type { EncodeCall } from "../../chat/encode-call.ts";
import type { ToolResultPart } from "../../chat/part.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { encodeDocument, encodeImage } from "./encode-media.ts";
import { googleExtras } from "./extras.ts";
import { isThirdGeneration } from "./model-generation.ts";
import type { FunctionResponse, InlineData, RequestPart } from "./request.ts";

/** What the encoders know besides the part. */
export interface PartContext extends Pick<EncodeCall, "model" | "warn"> {
  /** Function names by the ids of their calls. */
  readonly toolNames: ReadonlyMap<string, string>;
}

/**
 * The media types that Gemini 3 takes inside a function result
 * (ai.google.dev/gemini-api/docs/function-calling, "Multimodal function responses").
 */
const MEDIA_INSIDE: ReadonlySet<string> = new Set([
  "image/png",
  "image/jpeg",
  "image/webp",
  "application/pdf",
  "text/plain",
]);

/**
 * A function result. Its texts are in an object, under the key that Google reads as output or as
 * error. Since Gemini 3, images and documents are inside the result. For older models and other
 * media they are parts after the results. So are files by URL, which the Gemini API silently
 * ignores inside a result: the model then makes up what it should see (recorded 2026-02).
 */
export function encodeToolResult(
  part: ToolResultPart,
  param: string,
  context: PartContext,
): RequestPart[] {
  const name = part.name ?? context.toolNames.get(part.tool_call_id);
  if (name === undefined) {
    const message =
      "Google needs the tool's name, and no tool call here has this id: add `name` to the result.";
    throw new ChatError("invalid_request", { param: `${param}.tool_call_id`, message });
  }
  const texts: string[] = [];
  const inside: { inlineData: InlineData }[] = [];
  const after: RequestPart[] = [];
  for (const content of encodeContent(part, param, context)) {
    const { text, inlineData } = content;
    if (text !== undefined && Object.keys(content).length === 1) texts.push(text);
    else if (inlineData && isInside(inlineData, context)) inside.push({ inlineData });
    else after.push(content);
  }
  const functionResponse: FunctionResponse = {
    id: part.tool_call_id,
    name,
    response: { [part.is_error ? "error" : "output"]: texts.join("\n") },
  };
  if (inside.length > 0) functionResponse.parts = inside;
  return [googleExtras.overlay<RequestPart>({ functionResponse }, part), ...after];
}

function isInside({ mimeType }: InlineData, { model }: PartContext): boolean {
  return isThirdGeneration(model) && MEDIA_INSIDE.has(mimeType);
}

function encodeContent(
  { content }: ToolResultPart,
  param: string,
  context: PartContext,
): RequestPart[] {
  if (typeof content === "string") return [{ text: content }];
  return content.map((item, index) => encodeItem(item, `${param}.content[${index}]`, context));
}

type ResultItem = Exclude<ToolResultPart["content"], string>[number];

function encodeItem(item: ResultItem, param: string, context: PartContext): RequestPart {
  switch (item.type) {
    case "text":
      return { text: item.text };
    case "image":
      return encodeImage(item, param);
    case "document":
      return encodeDocument(item, param, context.warn);
    case "opaque":
      return item.value;
  }
}
