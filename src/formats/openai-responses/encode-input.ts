import type { Warning } from "../../chat/event.ts";
import { type Message, textOf } from "../../chat/message.ts";
import type { Part, ToolCallPart, ToolResultPart } from "../../chat/part.ts";
import { defined } from "../../json/defined.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { encodeContent } from "./encode-content.ts";
import { openaiResponsesExtras, overlayItem } from "./extras.ts";
import { continuesItem, restoreOutputText } from "./message-item.ts";
import { restoreReasoning } from "./reasoning-item.ts";

export interface EncodedInput {
  instructions?: string;
  input: JsonObject[];
  /** The paths of the parts that the reasoning items were made of. */
  reasoningPaths: ReadonlyMap<JsonObject, string>;
}

/** What the functions below add to. */
interface Output {
  readonly input: JsonObject[];
  readonly reasoningPaths: Map<JsonObject, string>;
  warn(warning: Warning): void;
}

/**
 * Messages → the flat list of input items. A plain system message at the start becomes
 * `instructions`; one that was an item (see the note `$role`) stays an item.
 */
export function encodeInput(
  messages: readonly Message[],
  warn: (warning: Warning) => void,
): EncodedInput {
  const output: Output = { input: [], reasoningPaths: new Map(), warn };
  const { input, reasoningPaths } = output;
  const [first] = messages;
  const instructions =
    first?.role === "system" &&
    openaiResponsesExtras.note(first, "$role") === undefined &&
    messages.length > 1
      ? textOf(first)
      : undefined;
  messages.forEach((message, index) => {
    if (index > 0 || instructions === undefined)
      encodeMessage(message, `messages[${index}]`, output);
  });
  return { ...defined({ instructions }), input, reasoningPaths };
}

function encodeMessage(message: Message, path: string, output: Output): void {
  const { input, warn } = output;
  const { role, content } = message;
  // Anything but a result in a tool message can only come from the user.
  const author = {
    role:
      role === "tool"
        ? "user"
        : role === "system"
          ? (openaiResponsesExtras.note(message, "$role") ?? role)
          : role,
  };
  if (typeof content === "string") {
    input.push(overlayItem({ ...author, content }, message));
    return;
  }
  if (role === "assistant") {
    encodeAssistant(content, path, output);
    return;
  }
  let contents: JsonObject[] = [];
  function flush(): void {
    if (contents.length > 0) input.push(overlayItem({ ...author, content: contents }, message));
    contents = [];
  }
  content.forEach((part, index) => {
    switch (part.type) {
      case "text":
      case "image":
      case "document":
        contents.push(encodeContent(part));
        break;
      case "opaque":
        if (role !== "tool") contents.push(part.value);
        else {
          flush();
          input.push(part.value);
        }
        break;
      case "tool_result":
        flush();
        input.push(encodeToolResult(part));
        break;
      default:
        warn(createDropWarning(part, `${path}.content[${index}]`, `in a ${role} message`));
    }
  });
  if (content.length === 0 && role !== "tool")
    input.push(overlayItem({ ...author, content }, message));
  flush();
}

function encodeAssistant(parts: readonly Part[], path: string, output: Output): void {
  const { input } = output;
  /**
   * The content of the last item, once it was copied; until then it may be the caller's own object.
   */
  let growing: JsonObject[] | undefined;
  for (const [index, part] of parts.entries()) {
    const previous = input[input.length - 1];
    if (
      part.type === "text" &&
      continuesItem(part) &&
      previous?.role === "assistant" &&
      Array.isArray(previous.content)
    ) {
      if (previous.content !== growing) {
        growing = [...previous.content];
        input[input.length - 1] = { ...previous, content: growing };
      }
      growing.push(restoreOutputText(part));
    } else encodeAssistantPart(part, `${path}.content[${index}]`, output);
  }
}

function encodeAssistantPart(part: Part, path: string, output: Output): void {
  const { input, reasoningPaths, warn } = output;
  switch (part.type) {
    case "text":
      if (openaiResponsesExtras.note(part, "$short") === true)
        input.push({ role: "assistant", content: part.text });
      else if (part.refusal || openaiResponsesExtras.has(part)) {
        input.push({
          type: "message",
          role: "assistant",
          content: [restoreOutputText(part)],
          ...openaiResponsesExtras.noteFields(part, "$item"),
        });
      } else {
        // OpenAI does not need the type, llama.cpp's server does.
        input.push({ type: "message", role: "assistant", content: part.text });
      }
      break;
    case "reasoning": {
      const item = restoreReasoning(part);
      if (item) {
        reasoningPaths.set(item, path);
        input.push(item);
      } else warn(createDropWarning(part, path, "from another vendor"));
      break;
    }
    case "tool_call":
      input.push(encodeToolCall(part));
      break;
    case "tool_result":
      input.push(encodeToolResult(part));
      break;
    case "opaque":
      input.push(part.value);
      break;
    default:
      warn(createDropWarning(part, path, "in an assistant message"));
  }
}

export function encodeToolCall(part: ToolCallPart): JsonObject {
  const text = part.arguments_text ?? JSON.stringify(part.arguments);
  return overlayItem(
    { type: "function_call", call_id: part.id, name: part.name, arguments: text },
    part,
  );
}

/** The format cannot mark a call as failed, so the text says it. */
function encodeToolResult(part: ToolResultPart): JsonObject {
  const { content } = part;
  let output: string | JsonObject[];
  if (typeof content === "string") output = part.is_error ? `Error: ${content}` : content;
  else {
    output = content.map(encodeContent);
    if (part.is_error) output.unshift({ type: "input_text", text: "Error:" });
  }
  return overlayItem({ type: "function_call_output", call_id: part.tool_call_id, output }, part);
}

function createDropWarning(part: Part, path: string, origin: string): Warning {
  const message = `OpenAI accepts no ${part.type.replace("_", " ")} ${origin}; it was left out.`;
  return { code: "foreign_content_dropped", param: path, message };
}
