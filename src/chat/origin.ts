import type { Message } from "./message.ts";
import { type PathLists, resolvePath } from "./request-path.ts";

/**
 * The path of a message, a part or a tool in the request that is being fitted. `{ ...part }` copies
 * it, so whatever is moved, merged or split keeps it; JSON does not show it.
 */
const ORIGIN = Symbol("origin");

/** Notes where everything in a request stands, before anything of it is changed. */
export function markOrigins({ messages, tools }: PathLists): void {
  messages.forEach((message, at) => {
    markContent(message, `messages[${at}]`);
  });
  tools?.forEach((tool, at) => {
    Reflect.set(tool, ORIGIN, `tools[${at}]`);
  });
}

function markContent(holder: { content: Message["content"] }, path: string): void {
  Reflect.set(holder, ORIGIN, path);
  if (typeof holder.content === "string") return;
  holder.content.forEach((part, at) => {
    const place = `${path}.content[${at}]`;
    if (part.type === "tool_result") markContent(part, place);
    else Reflect.set(part, ORIGIN, place);
  });
}

/** A path in the lists as they are now → the path of the same thing when it was marked. */
export function originalPath(param: string, lists: PathLists): string {
  const found = resolvePath(param, lists, originOf);
  return found ? found.known + found.rest : param;
}

function originOf(holder: object): string | undefined {
  const origin: unknown = Reflect.get(holder, ORIGIN);
  return typeof origin === "string" ? origin : undefined;
}

/** Whether every message and part stands where it stood when it was marked. */
export function isInPlace(messages: readonly Message[]): boolean {
  return messages.every((message, at) => {
    const path = `messages[${at}]`;
    if (originOf(message) !== path) return false;
    const { content } = message;
    return (
      typeof content === "string" ||
      content.every((part, index) => originOf(part) === `${path}.content[${index}]`)
    );
  });
}
