import type { Capability, Parameter } from "../../chat/model.ts";
import type { Quirks } from "./quirks.ts";

const DOCUMENT_URL = {
  document_url: "native",
  file_or_url: "native",
  file: "dropped",
  none: "dropped",
} as const;

/** What a server with these quirks supports. */
export function capabilitiesOf(quirks: Quirks): Record<Parameter, Capability> {
  const document = quirks.documents === "none" ? "dropped" : "native";
  const capabilities: Record<Parameter, Capability> = {
    temperature: "native",
    top_p: "native",
    max_tokens: "native",
    stop: "native",
    seed: "native",
    tools: "native",
    tool_choice: "native",
    "tool_choice.required": "native",
    parallel_tool_calls: "native",
    "reasoning.effort": quirks.reasoning_request === "none" ? "dropped" : "native",
    "reasoning.budget_tokens": quirks.reasoning_request === "reasoning" ? "native" : "dropped",
    "reasoning.visible": quirks.reasoning_visible === "none" ? "dropped" : "native",
    "response_format.json": "native",
    "response_format.json_schema": quirks.json_schema === "native" ? "native" : "mapped",
    cache: quirks.cache === "cache_control" ? "native" : "mapped",
    metadata: "native",
    "image.data": "native",
    "image.url": "native",
    "document.data": document,
    "document.url": DOCUMENT_URL[quirks.documents],
    "document.text": "mapped",
    // A tool message holds only text; images and documents follow in a user message.
    "tool_result.image": "mapped",
    "tool_result.document": document === "native" ? "mapped" : "dropped",
  };
  for (const parameter of quirks.refuses) capabilities[parameter] = "dropped";
  if (capabilities["image.data"] === "dropped" && capabilities["image.url"] === "dropped")
    capabilities["tool_result.image"] = "dropped";
  return capabilities;
}
