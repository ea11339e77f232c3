import type { Warning } from "../chat/event.ts";
import type { ChatRequest, ResponseFormat } from "../chat/request.ts";
import { ChatError } from "../errors/chat-error.ts";
import { createFit, type Fit, type FitTarget } from "./fit.ts";
import { fitMessages } from "./fit-messages.ts";
import { fitReasoning } from "./fit-reasoning.ts";
import { fitToolChoice, fitTools } from "./fit-tools.ts";

/** Parameters that are either sent as they are or not at all. */
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
 * The request as this target can take it: without what the provider has no place for or the model
 * refuses, and without signatures, parts and tools of other formats. Each difference is a warning
 * with its path (in strict mode `warn` throws). Where there is none the same object comes back, for
 * this runs on every call. Extras of other formats stay where they are, since no provider looks at
 * them, but are told of.
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
      message: `Only a provider that speaks ${only.format} can take this; ${provider.name} does not.`,
    });
  }
  let reasoning = request.reasoning;
  const fit = createFit(target, () => reasoning?.effort === "none", warn);
  const changed: Partial<ChatRequest> = {};
  const removed: (keyof ChatRequest)[] = [];

  function set<K extends keyof ChatRequest>(name: K, fitted: ChatRequest[K] | undefined): void {
    if (fitted === request[name]) return;
    if (fitted === undefined) removed.push(name);
    else changed[name] = fitted;
  }

  if (reasoning) {
    reasoning = fitReasoning(reasoning, request.max_tokens, model, fit);
    set("reasoning", reasoning);
  }
  for (const name of PLAIN) {
    if (request[name] === undefined || fit.takes(name)) continue;
    // Leave to call several tools at once is no wish that could get lost.
    if (request[name] !== true) fit.drop(name);
    removed.push(name);
  }
  const limit = model.max_output_tokens;
  if (
    limit !== undefined &&
    request.max_tokens !== undefined &&
    request.max_tokens > limit &&
    !removed.includes("max_tokens")
  ) {
    fit.adjust("max_tokens", `gives at most ${limit} tokens; ${request.max_tokens} were asked for`);
    set("max_tokens", limit);
  }
  if (request.tools) {
    const tools = fitTools(request.tools, fit);
    set("tools", tools);
    set("tool_choice", fitToolChoice(request, tools, fit));
    // It is about the tools, and some vendors refuse it without any.
    if (tools === undefined && !removed.includes("parallel_tool_calls"))
      set("parallel_tool_calls", undefined);
  } else if (request.tool_choice !== undefined)
    set("tool_choice", fitToolChoice(request, undefined, fit));
  if (request.response_format)
    set("response_format", fitResponseFormat(request.response_format, fit));
  set("messages", fitMessages(request.messages, fit));
  if (request.extras) fit.noteForeignExtras(request.extras, () => "");
  fit.reportForeignExtras();

  if (removed.length === 0 && Object.keys(changed).length === 0) return request;
  const fitted = { ...request, ...changed };
  for (const name of removed) delete fitted[name];
  return fitted;
}

function fitResponseFormat(format: ResponseFormat, fit: Fit): ResponseFormat | undefined {
  if (format.type === "text" || fit.takes(`response_format.${format.type}`)) return format;
  if (format.type === "json_schema" && fit.takes("response_format.json")) {
    fit.adjust("response_format", "takes no schema; any JSON was asked for in its place");
    return { type: "json" };
  }
  fit.drop("response_format");
  return undefined;
}
