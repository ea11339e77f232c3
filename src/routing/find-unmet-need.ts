import type { AttemptReason } from "../chat/attempt.ts";
import { partsOf } from "../chat/message.ts";
import type { Parameter } from "../chat/model.ts";
import type { ChatRequest } from "../chat/request.ts";
import { createFit } from "./fit.ts";
import { formOf } from "./fit-messages.ts";
import type { Target } from "./select-target.ts";

/**
 * What a request cannot do without: an answer that leaves it out would be one to another question.
 */
export interface Needs {
  /** Each with the reason to pass over a target that lacks it. */
  readonly parameters: ReadonlyMap<Parameter, AttemptReason>;
  /** Whether the last message is the assistant's, to be continued. */
  readonly prefill: boolean;
}

export function findNeeds(request: ChatRequest): Needs {
  const parameters = new Map<Parameter, AttemptReason>();
  if (request.tools?.length) parameters.set("tools", "tools");
  if (request.response_format?.type === "json_schema")
    parameters.set("response_format.json_schema", "response_format");
  for (const message of request.messages) {
    for (const part of partsOf(message)) {
      if (part.type === "image" || part.type === "document") {
        parameters.set(formOf(part), part.type);
      } else if (part.type === "tool_result" && typeof part.content !== "string") {
        for (const { type } of part.content)
          if (type === "image" || type === "document") parameters.set(`tool_result.${type}`, type);
      }
    }
  }
  return { parameters, prefill: request.messages.at(-1)?.role === "assistant" };
}

/** Why this target cannot serve the request as another one could; undefined if it can. */
export function findUnmetNeed(
  request: ChatRequest,
  { parameters, prefill }: Needs,
  target: Target,
): AttemptReason | undefined {
  const { provider, model } = target;
  if (request.requires_format && request.requires_format.format !== provider.format)
    return "format";
  if (prefill && model.prefill === false) return "prefill";
  const fit = createFit(
    target,
    () => request.reasoning?.effort === "none",
    () => {},
  );
  for (const [parameter, reason] of parameters) if (!fit.takes(parameter)) return reason;
  return undefined;
}
