import type { Format, Signature } from "../chat/format.ts";
import type { ChatRequest } from "../chat/request.ts";
import { resolvePath } from "../chat/request-path.ts";

/** Where the caller wrote something, and what is within it under another name. */
interface Place {
  readonly path: string;
  readonly renames: Renames;
}

/** Names of the chat model → those of the caller's API. */
export type Renames = Readonly<Record<string, string>>;

const NONE: Renames = {};

/**
 * Messages, parts, signatures and tools of a request → where the caller wrote them. What a dialect
 * makes of a body is noted here; what becomes of it on the way to a vendor, see `markOrigins`.
 */
const places = new WeakMap<object, Place>();

/** Notes where the caller wrote a message, a part or a tool. Returns it. */
export function notePlace<T extends object>(holder: T, path: string, renames: Renames = NONE): T {
  places.set(holder, { path, renames });
  return holder;
}

/**
 * Notes where the caller wrote the signature of a part: this API has it in another place than the
 * part, or under another name.
 */
export function noteSignature(signature: Signature | undefined, path: string): void {
  if (signature) notePlace(signature, path);
}

/** Gives a message or a part the place of the one that it was made from. Returns it. */
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
export function createNameParam(renames: Renames, format: Format | null): NameParam {
  const extras = format && `extras.${format}.`;
  return (param, request) => {
    const found = resolvePath(param, request, (holder) => places.get(holder));
    return found ? nameIn(found.known, found.rest, extras) : rename(param, renames, extras);
  };
}

function nameIn(place: Place, rest: string, extras: string | null): string {
  const inner = rest.replace(/^\./, "");
  const named = inner === "" ? "" : rename(inner, place.renames, extras);
  return named === "" || named.startsWith("[") ? place.path + named : `${place.path}.${named}`;
}

/** The longest renamed beginning of a path counts. */
function rename(param: string, renames: Renames, extras: string | null): string {
  if (extras !== null && param.startsWith(extras)) return param.slice(extras.length);
  for (let end = param.length; end > 0; end = param.slice(0, end).search(/[.[][^.[]*$/)) {
    const known = renames[param.slice(0, end)];
    if (known !== undefined) return known + param.slice(end);
  }
  return param;
}
