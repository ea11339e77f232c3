import type { Warning } from "../chat/event.ts";
import { askToGoOn } from "../chat/give-user-turn.ts";
import { limitCache } from "../chat/limit-cache.ts";
import { markOrigins, originalPath } from "../chat/origin.ts";
import type { ChatRequest, ResponseFormat } from "../chat/request.ts";
import { ChatError } from "../errors/chat-error.ts";
import { createFit, type Fit, type FitTarget } from "./fit.ts";
import { fitMessages } from "./fit-messages.ts";
import { fitReasoning } from "./fit-reasoning.ts";
import { checkChoice, chooseAllowed, fitToolChoice, fitTools, hasNone } from "./fit-tools.ts";

/** Parameters that are sent as they are or not at all. */
const PLAIN = [
  "temperature",
  "top_p",
  "max_tokens",
  "stop",
  "seed",
  "parallel_tool_calls",
  "cache",
  "metadata",
] as const;

/**
 * The request as this target supports it: without what the provider has no place for or the model
 * refuses, and without signatures, parts and tools of other formats. Each difference is a warning
 * with its path (in strict mode `warn` throws). The same object if nothing changes, because this
 * runs on every call. Extras of other formats stay, since no provider reads them, but are reported.
 */
export function fitRequest(
  request: ChatRequest,
  target: FitTarget,
  warn: (warning: Warning) => void,
): ChatRequest {
  const { provider, model } = target;
  const only = request.requires_format;
  if (only && only.format !== provider.format) {
    throw new ChatError("unsupported_parameter", {
      param: only.param,
      isCallersPath: true,
      message: `Only providers of the ${only.format} format support this, unlike ${provider.name}.`,
    });
  }
  markOrigins(request);
  let reasoning = request.reasoning;
  const fit = createFit(target, () => reasoning?.effort === "none", warn);
  const changed: Partial<ChatRequest> = {};
  const removed: (keyof ChatRequest)[] = [];

  function set<K extends keyof ChatRequest>(name: K, fitted: ChatRequest[K] | undefined): void {
    if (fitted === request[name]) return;
    if (fitted === undefined) removed.push(name);
    else changed[name] = fitted;
  }

  /** Names the caller's place of something in the list as it is now. */
  const warnAbout =
    (messages: ChatRequest["messages"]) =>
    ({ code, param, message }: Warning) =>
      fit.warn(code, originalPath(param, { messages }), message);

  if (reasoning) {
    reasoning = fitReasoning(reasoning, request.max_tokens, model, fit);
    set("reasoning", reasoning);
  }
  for (const name of PLAIN) {
    if (request[name] === undefined || fit.takes(name)) continue;
    // `parallel_tool_calls: true` is only permission; dropping it needs no warning.
    const isLost = name === "cache" ? !request.cache?.best_effort : request[name] !== true;
    if (isLost) fit.drop(name);
    removed.push(name);
  }
  const limit = model.max_output_tokens;
  if (
    limit !== undefined &&
    request.max_tokens !== undefined &&
    request.max_tokens > limit &&
    !removed.includes("max_tokens")
  ) {
    fit.adjust(
      "max_tokens",
      `supports at most ${limit} tokens; ${request.max_tokens} were requested`,
    );
    set("max_tokens", limit);
  }
  checkChoice(request);
  if (request.tools) {
    const wanted = chooseAllowed(request, fit);
    const tools = fitTools(wanted.tools ?? [], fit);
    set("tools", tools);
    set("tool_choice", fitToolChoice(wanted, tools, fit));
    // It is about the tools, and some vendors refuse it without any.
    if (tools === undefined && !removed.includes("parallel_tool_calls"))
      set("parallel_tool_calls", undefined);
  } else if (request.tool_choice !== undefined)
    set("tool_choice", fitToolChoice(request, undefined, fit));
  if (hasNone(request, fit) && !removed.includes("parallel_tool_calls"))
    set("parallel_tool_calls", undefined);
  if (request.response_format)
    set("response_format", fitResponseFormat(request.response_format, fit));
  const messages = fitMessages(request, fit);
  const refusesPrefill =
    model.prefill === false ||
    (provider.format === "anthropic" && reasoning !== undefined && reasoning.effort !== "none");
  set("messages", refusesPrefill ? askToGoOn(messages, warnAbout(messages)) : messages);
  if (request.extras) fit.noteForeignExtras(request.extras, () => "");
  fit.reportForeignExtras();

  let fitted = request;
  if (removed.length > 0 || Object.keys(changed).length > 0) {
    fitted = { ...request, ...changed };
    for (const name of removed) delete fitted[name];
  }
  if (provider.format !== "anthropic") return fitted;
  return limitCache(fitted, MAX_CACHE_HINTS, (warning) =>
    warn({ ...warning, param: originalPath(warning.param, fitted) }),
  );
}

/** "A maximum of 4 blocks with cache_control may be provided" (Anthropic) */
const MAX_CACHE_HINTS = 4;

function fitResponseFormat(format: ResponseFormat, fit: Fit): ResponseFormat | undefined {
  if (format.type === "text" || fit.takes(`response_format.${format.type}`)) return format;
  if (format.type === "json_schema" && fit.takes("response_format.json")) {
    fit.adjust("response_format", "does not support a schema; requested plain JSON instead");
    return { type: "json" };
  }
  fit.drop("response_format");
  return undefined;
}
