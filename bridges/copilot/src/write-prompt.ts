import { invalidRequest, unsupported } from "./bridge-error.ts";
import type { Message } from "./read-request.ts";

export interface Attachment {
  type: "blob";
  data: string;
  mimeType: string;
  displayName: string;
}

/** The input of a new session, which takes one prompt, not a conversation. */
export interface Prompt {
  system: string;
  text: string;
  attachments: Attachment[];
}

interface Section {
  heading: string;
  text: string;
}

/** Replaces the runtime's own instructions, which are for a coding agent with tools. */
const DEFAULT_SYSTEM = "You are a helpful assistant.";

const PREFACE =
  "Below is a transcript. Each section is headed by its speaker. Reply with the assistant's next " +
  "message only, without a heading.";

/**
 * A conversation → system message and prompt. A single user message becomes the prompt, unchanged.
 * Otherwise each section has a heading such as `=== user ===`, with more equals signs than any line
 * of the conversation begins with, so that no text can pose as another speaker's.
 */
export function writePrompt(messages: readonly Message[]): Prompt {
  const instructions: string[] = [];
  const sections: Section[] = [];
  const attachments: Attachment[] = [];
  for (const [index, message] of messages.entries()) {
    if ((message.role === "system" || message.role === "developer") && sections.length === 0) {
      instructions.push(textOf(message.content));
    } else sections.push(...describeMessage(message, index, messages, attachments));
  }
  const spoken = sections.filter(({ text }) => text !== "");
  const [first] = spoken;
  if (!first) throw invalidRequest("The conversation is empty.", "messages");
  const system = instructions.filter((text) => text !== "").join("\n\n") || DEFAULT_SYSTEM;
  const text = spoken.length === 1 && first.heading === "user" ? first.text : writeSections(spoken);
  return { system, text, attachments };
}

function writeSections(sections: readonly Section[]): string {
  let longest = 2;
  for (const { text } of sections) {
    for (const [run] of text.matchAll(/^=+/gm)) longest = Math.max(longest, run.length);
  }
  const fence = "=".repeat(longest + 1);
  return [
    PREFACE,
    ...sections.map(({ heading, text }) => `${fence} ${heading} ${fence}\n${text}`),
  ].join("\n\n");
}

function describeMessage(
  message: Message,
  index: number,
  messages: readonly Message[],
  attachments: Attachment[],
): Section[] {
  switch (message.role) {
    case "system":
    case "developer":
      return [{ heading: "system", text: textOf(message.content) }];
    case "user":
      return [
        {
          heading: "user",
          text: describeUser(message.content, `messages.${index}.content`, attachments),
        },
      ];
    case "assistant":
      return [
        { heading: "assistant, thinking", text: message.reasoning_content ?? "" },
        { heading: "assistant", text: textOf(message.content ?? "") },
        ...(message.tool_calls ?? []).map(({ id, function: { name, arguments: text } }) => ({
          heading: `assistant, calling the tool ${JSON.stringify(name)} (call ${JSON.stringify(id)})`,
          text: text === "" ? "{}" : text,
        })),
      ];
    case "tool": {
      const name = findToolName(messages, message.tool_call_id);
      const tool = name === undefined ? "a tool" : `the tool ${JSON.stringify(name)}`;
      return [
        {
          heading: `result of ${tool} (call ${JSON.stringify(message.tool_call_id)})`,
          text: textOf(message.content) || "(nothing)",
        },
      ];
    }
  }
}

function describeUser(
  content: Extract<Message, { role: "user" }>["content"],
  path: string,
  attachments: Attachment[],
): string {
  if (typeof content === "string") return content;
  const pieces = content.map((part, index) => {
    if (part.type === "text") return part.text;
    const number = attachments.length + 1;
    attachments.push(
      readImage(part.image_url.url, `${path}.${index}.image_url.url`, `image ${number}`),
    );
    return `[image ${number}]`;
  });
  return pieces.join("\n");
}

function readImage(url: string, path: string, displayName: string): Attachment {
  const [, mimeType, data] = /^data:(image\/[\w.+-]+);base64,([A-Za-z0-9+/=_-]+)$/.exec(url) ?? [];
  if (mimeType === undefined || data === undefined)
    throw unsupported(path, "Images must be data URLs in base64.");
  return { type: "blob", data, mimeType, displayName };
}

function textOf(content: string | readonly { text: string }[]): string {
  return typeof content === "string" ? content : content.map(({ text }) => text).join("\n");
}

function findToolName(messages: readonly Message[], id: string): string | undefined {
  for (const message of messages) {
    if (message.role !== "assistant") continue;
    const call = message.tool_calls?.find((made) => made.id === id);
    if (call) return call.function.name;
  }
  return undefined;
}
