import type { Message } from "./message.ts";
import type { Part } from "./part.ts";
import type { Tool } from "./tool.ts";

/** The lists of a request that paths go into. */
export interface PathLists {
  readonly messages: readonly Message[];
  readonly tools?: readonly Tool[] | undefined;
}

/**
 * Resolves a path such as `messages[1].content[0].cache` to the deepest object for which `find`
 * returns a value, with the rest of the path. If the part has none, the message's is used; if the
 * message has none, that of its first part that has one.
 */
export function resolvePath<T>(
  param: string,
  { messages, tools }: PathLists,
  find: (holder: object) => T | undefined,
): { readonly known: T; readonly rest: string } | undefined {
  const [head = "", list, at] = /^(messages|tools)\[(\d+)\]/.exec(param) ?? [];
  const holder = list === "tools" ? tools?.[Number(at)] : messages[Number(at)];
  if (list === undefined || holder === undefined) return undefined;
  const rest = param.slice(head.length);
  if (list === "messages" && "role" in holder) return resolveMessage(holder, rest, find);
  const known = find(holder);
  return known === undefined ? undefined : { known, rest };
}

function resolveMessage<T>(
  message: Message,
  rest: string,
  find: (holder: object) => T | undefined,
): { known: T; rest: string } | undefined {
  if (typeof message.content === "string") {
    const known = find(message);
    // A text is a list of one part to whoever encodes it.
    return known === undefined
      ? undefined
      : { known, rest: rest.replace(/^\.content\[0\]/, ".content") };
  }
  const found = resolveParts(message, message.content, rest, find);
  if (found) return found;
  for (const part of message.content) {
    const known = find(part);
    if (known !== undefined) return { known, rest: "" };
  }
  return undefined;
}

function resolveParts<T>(
  holder: object,
  content: readonly Part[],
  rest: string,
  find: (holder: object) => T | undefined,
): { known: T; rest: string } | undefined {
  const [head, at] = /^\.content\[(\d+)\]/.exec(rest) ?? [];
  const part = head === undefined ? undefined : content[Number(at)];
  if (head !== undefined && part) {
    const found = resolvePart(part, rest.slice(head.length), find);
    if (found) return found;
  }
  const known = find(holder);
  return known === undefined ? undefined : { known, rest: head === undefined ? rest : "" };
}

function resolvePart<T>(
  part: Part,
  rest: string,
  find: (holder: object) => T | undefined,
): { known: T; rest: string } | undefined {
  if (rest === ".signature" && "signature" in part && part.signature) {
    const known = find(part.signature);
    if (known !== undefined) return { known, rest: "" };
  }
  if (part.type === "tool_result" && typeof part.content !== "string")
    return resolveParts(part, part.content, rest, find);
  const known = find(part);
  return known === undefined ? undefined : { known, rest };
}
