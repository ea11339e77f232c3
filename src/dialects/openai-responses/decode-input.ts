import { parseArguments } from "../../chat/fold-events.ts";
import type { Message } from "../../chat/message.ts";
import type { Part, ToolResultPart } from "../../chat/part.ts";
import { decodeContent } from "../../formats/openai-responses/decode-content.ts";
import { noteItemFields, openaiResponsesExtras } from "../../formats/openai-responses/extras.ts";
import { decodeOutputTextExtras } from "../../formats/openai-responses/message-item.ts";
import { isEmptyObject } from "../../json/narrow.ts";
import { omit } from "../../json/omit.ts";
import { notePlace } from "../caller-paths.ts";
import { nameForOthers } from "./caller-tool.ts";
import { type AssistantState, decodeReasoning } from "./decode-reasoning.ts";
import type {
  CustomCallItem,
  CustomCallOutputItem,
  FunctionCallItem,
  FunctionCallOutputItem,
  InputItem,
  MessageItem,
  OtherItem,
  ReasoningItem,
} from "./item.ts";
import { ITEM_RENAMES, placeContent } from "./place-content.ts";

/**
 * The flat list of items → messages. What the assistant did in one turn (reasoning, texts, calls)
 * becomes one message, and so do the results of its calls, because other vendors have turns, not
 * items.
 */
export function decodeInput(items: readonly InputItem[]): Message[] {
  const messages: Message[] = [];
  /** The parts of the message that is being built. */
  let parts: Part[] = [];
  let role: "assistant" | "tool" | undefined;
  const state: AssistantState = { calls: new Map(), text: undefined };

  function add(author: "assistant" | "tool", part: Part): void {
    if (role !== author) {
      role = author;
      parts = [];
      messages.push({ role, content: parts });
    }
    parts.push(part);
    if (part.type === "tool_call") state.calls.set(part.id, part);
    else if (part.type === "text") state.text = part;
  }

  items.forEach((item, index) => {
    const path = `input[${index}]`;
    const from = parts.length;
    const before = parts;
    addItem(item, path);
    const added = parts === before ? parts.slice(from) : parts;
    const isList = isMessage(item) && typeof item.content !== "string" && item.content.length > 0;
    added.forEach((part, at) => {
      notePlace(part, isList ? `${path}.content[${at}]` : path, ITEM_RENAMES);
    });
  });
  return messages;

  function addItem(item: InputItem, path: string): void {
    if (isMessage(item)) {
      if (item.role === "assistant")
        for (const part of decodeAssistantContent(item)) add("assistant", part);
      else {
        role = undefined;
        parts = [];
        const message = decodeMessage(item);
        placeContent(message.content, `${path}.content`);
        messages.push(notePlace(message, path));
      }
    } else if (isFunctionCall(item)) add("assistant", decodeCall(item));
    else if (isFunctionCallOutput(item)) add("tool", decodeResult(item, path));
    else if (isCustomCall(item)) add("assistant", decodeCustomCall(item));
    else if (isCustomCallOutput(item)) add("tool", decodeCustomResult(item, path));
    else if (isReasoning(item)) {
      const part = decodeReasoning(item, `${path}.encrypted_content`, state);
      if (part) add("assistant", part);
    } else
      add(isToolOutput(item) ? "tool" : "assistant", {
        type: "opaque",
        format: "openai_responses",
        value: item,
        // Its tools are among those of the request.
        ...(item.type === "additional_tools" ? { text: "" } : {}),
      });
  }
}

const CALL_FIELDS: ReadonlySet<string> = new Set([
  "type",
  "call_id",
  "name",
  "namespace",
  "arguments",
]);
const CUSTOM_CALL_FIELDS: ReadonlySet<string> = new Set([
  "type",
  "call_id",
  "name",
  "namespace",
  "input",
]);
const RESULT_FIELDS: ReadonlySet<string> = new Set(["type", "call_id", "output"]);
const MESSAGE_FIELDS: ReadonlySet<string> = new Set(["type", "role", "content"]);

/** One that names its call. An output that does not is the vendor's own. */
type AnsweredCall = FunctionCallOutputItem & { call_id: string };

function isMessage(item: InputItem): item is MessageItem {
  return item.type === undefined || item.type === "message";
}

function isFunctionCall(item: InputItem): item is FunctionCallItem {
  return item.type === "function_call";
}

function isFunctionCallOutput(item: InputItem): item is AnsweredCall {
  return item.type === "function_call_output" && typeof item.call_id === "string";
}

function isCustomCall(item: InputItem): item is CustomCallItem {
  return item.type === "custom_tool_call";
}

function isCustomCallOutput(item: InputItem): item is CustomCallOutputItem {
  return item.type === "custom_tool_call_output";
}

function isReasoning(item: InputItem): item is ReasoningItem {
  return item.type === "reasoning";
}

function decodeCall(item: FunctionCallItem): Part {
  const { call_id: id, name, namespace, arguments: text } = item;
  return {
    type: "tool_call",
    id,
    name: nameForOthers(name, namespace ?? undefined),
    ...parseArguments(text),
    ...openaiResponsesExtras.wrap(
      noteItemFields(omit(item, CALL_FIELDS)),
      namespace == null ? {} : { $original: { name, namespace } },
    ),
  };
}

/** For other vendors a call of the function that stands for the tool; see `decodeTools`. */
function decodeCustomCall(item: CustomCallItem): Part {
  const { type, call_id: id, name, namespace, input } = item;
  return {
    type: "tool_call",
    id,
    name: nameForOthers(name, namespace ?? undefined),
    arguments: { input },
    ...openaiResponsesExtras.wrap(noteItemFields(omit(item, CUSTOM_CALL_FIELDS)), {
      $original: { type, name, input, ...(namespace == null ? {} : { namespace }) },
      $unset: ["arguments"],
    }),
  };
}

function decodeCustomResult({ type, ...item }: CustomCallOutputItem, path: string): Part {
  const part = decodeResult({ ...item, type: "function_call_output" }, path);
  const fields = part.extras?.openai_responses ?? {};
  return { ...part, ...openaiResponsesExtras.wrap(fields, { $original: { type } }) };
}

function decodeResult(item: AnsweredCall, path: string): ToolResultPart {
  const content = typeof item.output === "string" ? item.output : item.output.map(decodeContent);
  placeContent(content, `${path}.output`);
  return {
    type: "tool_result",
    tool_call_id: item.call_id,
    content,
    ...openaiResponsesExtras.wrap(noteItemFields(omit(item, RESULT_FIELDS))),
  };
}

/** Whether the item is a result that the caller sends, not something that the model produced. */
function isToolOutput(item: Pick<OtherItem, "type">): boolean {
  return item.type.endsWith("_output") || item.type.endsWith("_response");
}

/** A message of the user or, if the role says so, of the system. */
function decodeMessage(item: MessageItem): Message {
  const content = typeof item.content === "string" ? item.content : item.content.map(decodeContent);
  const rest = noteItemFields(omit(item, MESSAGE_FIELDS));
  if (item.role === "user") return { role: "user", content, ...openaiResponsesExtras.wrap(rest) };
  return { role: "system", content, ...openaiResponsesExtras.wrap({ ...rest, $role: item.role }) };
}

function decodeAssistantContent(item: MessageItem): Part[] {
  const { content } = item;
  if (typeof content === "string") {
    const rest = omit(item, MESSAGE_FIELDS);
    return [
      {
        type: "text",
        text: content,
        ...openaiResponsesExtras.wrap(isEmptyObject(rest) ? {} : { $item: rest }, {
          ...(item.type === undefined && isEmptyObject(rest) ? { $short: true } : {}),
        }),
      },
    ];
  }
  // Kept even if empty: the reasoning before it may need it.
  if (content.length === 0) return [{ type: "opaque", format: "openai_responses", value: item }];
  return content.map((part, index): Part => {
    const isRefusal = part.type === "refusal";
    const text = isRefusal ? part.refusal : part.text;
    if (typeof text === "string")
      return {
        type: "text",
        text,
        ...(isRefusal ? { refusal: true } : {}),
        ...decodeOutputTextExtras(part, item, index),
      };
    return { type: "opaque", format: "openai_responses", value: { ...item, content: [part] } };
  });
}
