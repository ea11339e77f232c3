import type { Capability, Parameter } from "../../chat/model.ts";
import type { TransportName } from "./transport.ts";

/** How Gemini takes each parameter. Only labels differ between the two transports. */
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
    // Caching is the vendor's own affair (implicit), or a resource made beforehand (`cachedContent`, by extras); a hint has no place.
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
