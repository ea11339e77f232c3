import type { Capability, Parameter } from "../../chat/model.ts";
import type { ToolNameRule } from "../../chat/tool-names.ts";
import type { TransportName } from "./transport.ts";

/**
 * "Must start with a letter or an underscore. Must be alphameric, underscores, dots, colons or
 * dashes, with a maximum length of 64."
 */
export const geminiToolNames: ToolNameRule = {
  refused: /[^\w.:-]/g,
  first: /^[A-Za-z_]/,
  maxLength: 64,
};

/** How Gemini takes each parameter. The two transports differ only in labels. */
export function geminiCapabilities(
  transport: TransportName,
): Readonly<Record<Parameter, Capability>> {
  return {
    temperature: "native",
    top_p: "native",
    max_tokens: "native",
    stop: "native",
    seed: "native",
    tools: "native",
    tool_choice: "native",
    "tool_choice.required": "native",
    parallel_tool_calls: "dropped",
    "reasoning.effort": "mapped",
    "reasoning.budget_tokens": "mapped",
    "reasoning.visible": "native",
    "response_format.json": "native",
    "response_format.json_schema": "native",
    // Gemini caches by itself, or in a resource created beforehand (`cachedContent`, set by
    // extras); it has no field for a hint.
    cache: "dropped",
    metadata: transport === "vertex" ? "mapped" : "dropped",
    "image.data": "native",
    "image.url": "native",
    "document.data": "native",
    "document.url": "native",
    "document.text": "mapped",
    "tool_result.image": "mapped",
    "tool_result.document": "mapped",
  };
}
