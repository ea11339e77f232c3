import type { Format } from "../chat/format.ts";
import type { ChatRequest } from "../chat/request.ts";

/** Where the caller wrote something, and what is within it under another name. */
interface Place {
  readonly path: string;
  readonly renames: Renames;
}

/** Names of the chat model → those of the caller's API. */
export type Renames = Readonly<Record<string, string>>;

const NONE: Renames = {};

/**
 * Messages, parts and tools of a request → where the caller wrote them. It is no part of them,
 * since what becomes of them on the way to a vendor has no need of it.
 */
const places = new WeakMap<object, Place>();

/** Notes where the caller wrote a message, a part or a tool. Returns it. */
export function notePlace<T extends object>(holder: T, path: string, renames: Renames = NONE): T {
  places.set(holder, { path, renames });
  return holder;
}

/** Gives a message the place of the one that it was made from. Returns it. */
export function keepPlace<T extends object>(before: object, after: T): T {
  const place = places.get(before);
  if (place) places.set(after, place);
  return after;
}

/** The path of something in the chat model → the caller's own. */
export type NameParam = (param: string, request: ChatRequest) => string;

/**
 * `renames` has the fields of a request that the caller's API has under another name; `format` is
 * the caller's own, the extras of which are fields as it wrote them.
 */
export function createNameParam(renames: Renames, format: Format): NameParam {
  const extras = `extras.${format}.`;
  return (param, request) => {
    const [, list, at, rest = ""] = /^(messages|tools)\[(\d+)\](.*)$/s.exec(param) ?? [];
    if (list === "tools") return nameIn(request.tools?.[Number(at)], rest, extras) ?? param;
    if (list === "messages") {
      const message = request.messages[Number(at)];
      const [, part, after = ""] = /^\.content\[(\d+)\](.*)$/s.exec(rest) ?? [];
      const content = message?.content;
      const found =
        part !== undefined && Array.isArray(content)
          ? nameIn(content[Number(part)], after, extras)
          : undefined;
      // The caller wrote other parts than this one, so the message alone is named.
      return found ?? nameIn(message, part === undefined ? rest : "", extras) ?? param;
    }
    return rename(param, renames, extras);
  };
}

function nameIn(holder: object | undefined, rest: string, extras: string): string | undefined {
  const place = holder && places.get(holder);
  if (!place) return undefined;
  const inner = rest.replace(/^\./, "");
  const named = inner === "" ? "" : rename(inner, place.renames, extras);
  return named === "" || named.startsWith("[") ? place.path + named : `${place.path}.${named}`;
}

/** The longest renamed beginning of a path counts. */
function rename(param: string, renames: Renames, extras: string): string {
  if (param.startsWith(extras)) return param.slice(extras.length);
  for (let end = param.length; end > 0; end = param.slice(0, end).search(/[.[][^.[]*$/)) {
    const known = renames[param.slice(0, end)];
    if (known !== undefined) return known + param.slice(end);
  }
  return param;
}
