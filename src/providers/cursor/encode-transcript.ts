import { collectToolNames } from "../../chat/collect-tool-names.ts";
import type { Warning } from "../../chat/event.ts";
import { type Message, partsOf } from "../../chat/message.ts";
import type { DocumentPart, ImagePart, Part, ToolResultPart } from "../../chat/part.ts";
import type { CollectedImages } from "./collect-images.ts";

/** The text under one heading: a turn, or a part of a turn such as a tool call. */
interface Section {
  heading: string;
  text: string;
}

/** What the functions below know besides the part that they describe. */
interface Scene {
  toolNames: ReadonlyMap<string, string>;
  numberOf: CollectedImages["numberOf"];
  warn(warning: Warning): void;
}

const PREFACE =
  "Below is a transcript. Each section is headed by its speaker. Follow the system section, if any. Reply with the assistant's next message only, without a heading.";

/**
 * A conversation as one text, since an agent takes nothing else. A single user message is sent
 * unchanged. Otherwise each section has a heading such as `=== user ===`, with more signs than any
 * line of the conversation begins with, so that no text can pass as another speaker's.
 */
export function encodeTranscript(
  messages: readonly Message[],
  { numberOf }: Pick<CollectedImages, "numberOf">,
  warn: (warning: Warning) => void,
): string {
  const scene: Scene = { toolNames: collectToolNames(messages), numberOf, warn };
  const sections = messages.flatMap((message, index) =>
    describeMessage(message, `messages[${index}]`, scene),
  );
  const [first] = sections;
  if (!first) return "";
  if (sections.length === 1 && first.heading === "user") return first.text;
  const fence = chooseFence(sections);
  return [
    PREFACE,
    ...sections.map(({ heading, text }) => `${fence} ${heading} ${fence}\n${text}`),
  ].join("\n\n");
}

function describeMessage(message: Message, path: string, scene: Scene): Section[] {
  const sections: Section[] = [];
  for (const [index, part] of partsOf(message).entries()) {
    const section = describePart(message.role, part, `${path}.content[${index}]`, scene);
    if (!section || section.text === "") continue;
    const last = sections[sections.length - 1];
    if (last?.heading === section.heading) last.text = `${last.text}\n${section.text}`;
    else sections.push(section);
  }
  return sections;
}

function describePart(role: string, part: Part, path: string, scene: Scene): Section | null {
  switch (part.type) {
    case "text":
      return { heading: role, text: part.text };
    case "image":
      return { heading: role, text: describeImage(part, scene) };
    case "document":
      return { heading: role, text: describeDocument(part, path, scene) };
    case "reasoning":
      return { heading: `${role}, thinking`, text: part.text };
    case "tool_call":
      return {
        heading: `${role}, calling the tool ${JSON.stringify(part.name)} (call ${JSON.stringify(part.id)})`,
        text: part.arguments_text ?? JSON.stringify(part.arguments),
      };
    case "tool_result":
      return describeResult(part, path, scene);
    case "opaque":
      return null;
  }
}

function describeImage(part: ImagePart, { numberOf }: Scene): string {
  const number = numberOf(part);
  return number === undefined ? "[image omitted]" : `[image ${number}]`;
}

function describeDocument({ title, text }: DocumentPart, path: string, { warn }: Scene): string {
  const name = title === undefined ? "" : ` ${JSON.stringify(title)}`;
  if (text !== undefined) return `[document${name}]\n${text}\n[end of document]`;
  warn({
    code: "unsupported_parameter",
    param: path,
    message: "Cursor does not support files; this document was left out.",
  });
  return `[document${name} omitted]`;
}

function describeResult(result: ToolResultPart, path: string, scene: Scene): Section {
  const name = result.name ?? scene.toolNames.get(result.tool_call_id);
  const tool = name === undefined ? "a tool" : `the tool ${JSON.stringify(name)}`;
  const heading = `${result.is_error ? "failure" : "result"} of ${tool} (call ${JSON.stringify(result.tool_call_id)})`;
  return { heading, text: describeResultContent(result.content, path, scene) || "(nothing)" };
}

function describeResultContent(
  content: ToolResultPart["content"],
  path: string,
  scene: Scene,
): string {
  if (typeof content === "string") return content;
  const pieces: string[] = [];
  for (const [index, part] of content.entries()) {
    if (part.type === "text") pieces.push(part.text);
    if (part.type === "image") pieces.push(describeImage(part, scene));
    if (part.type === "document")
      pieces.push(describeDocument(part, `${path}.content[${index}]`, scene));
  }
  return pieces.join("\n");
}

/** One sign more than any line begins with, and at least three. */
function chooseFence(sections: readonly Section[]): string {
  let longest = 2;
  for (const { text } of sections) {
    for (const [run] of text.matchAll(/^=+/gm)) longest = Math.max(longest, run.length);
  }
  return "=".repeat(longest + 1);
}
