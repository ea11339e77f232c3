import type { Capability, Parameter } from "../../chat/model.ts";

/**
 * How the Responses API takes each parameter. The catalog knows what single models refuse
 * (temperature, efforts).
 */
export const openaiCapabilities: Record<Parameter, Capability> = {
  temperature: "native",
  top_p: "native",
  max_tokens: "native",
  stop: "dropped",
  seed: "dropped",
  tools: "native",
  tool_choice: "native",
  "tool_choice.required": "native",
  parallel_tool_calls: "native",
  "reasoning.effort": "native",
  "reasoning.budget_tokens": "mapped",
  "reasoning.visible": "mapped",
  "response_format.json": "native",
  "response_format.json_schema": "native",
  // OpenAI caches every long prompt by itself, so the hint needs no field and is not lost.
  cache: "mapped",
  metadata: "native",
  "image.data": "native",
  "image.url": "native",
  "document.data": "native",
  "document.url": "native",
  "document.text": "mapped",
  "tool_result.image": "native",
  "tool_result.document": "native",
};
