import type { Warning } from "../chat/event.ts";
import { isInPlace, originalPath } from "../chat/origin.ts";
import type { ChatRequest } from "../chat/request.ts";
import { aliasTools, type Renames, renameTools } from "../chat/tool-names.ts";
import { ChatError } from "../errors/chat-error.ts";
import type { FitTarget } from "./fit.ts";
import { fitRequest } from "./fit-request.ts";

/** A place in a conversation, as vendors name it: `input[3]`, `messages.3.content`. */
const INDEX = /\b(?:input|messages|contents)(?:\[\d|\.\d)/;
const COUNTED_ANEW = "(The provider counts the conversation as it was repaired for it.)";

/**
 * Calls a provider with the request as its vendor takes it. What the provider says of a message, a
 * part or a tool names its place in the request before it was fitted. `aliases` are the names that
 * its answer has for the caller's tools, if it refuses theirs.
 */
export async function callFitted<T>(
  given: ChatRequest,
  target: FitTarget,
  warn: (warning: Warning) => void,
  call: (
    request: ChatRequest,
    warn: (warning: Warning) => void,
    aliases: Renames | undefined,
  ) => Promise<T>,
): Promise<T> {
  const fitted = fitRequest(given, target, warn);
  const { toolNames, format } = target.provider;
  const aliases = toolNames && aliasTools(fitted, toolNames);
  const request = aliases ? renameTools(fitted, aliases, format) : fitted;
  const placed = placeWarnings(warn, request);
  try {
    return await call(request, placed.warn, aliases);
  } catch (thrown) {
    if (!(thrown instanceof ChatError) || thrown === placed.refusal) throw thrown;
    const isCounted = INDEX.test(thrown.param ?? "") || INDEX.test(thrown.message);
    throw thrown.upstreamStatus !== undefined && isCounted && !isInPlace(request.messages)
      ? thrown.withoutParam(COUNTED_ANEW)
      : thrown.mapParam((param) => originalPath(param, request));
  }
}

interface PlacedWarnings {
  warn(this: void, warning: Warning): void;
  /** What a warning became in strict mode: it names the original already. */
  refusal: unknown;
}

/** In a scope of its own: a provider keeps `warn` for as long as its answer streams. */
function placeWarnings(warn: (warning: Warning) => void, request: ChatRequest): PlacedWarnings {
  const placed: PlacedWarnings = {
    warn(warning) {
      try {
        warn({ ...warning, param: originalPath(warning.param, request) });
      } catch (thrown) {
        placed.refusal = thrown;
        throw thrown;
      }
    },
    refusal: undefined,
  };
  return placed;
}
