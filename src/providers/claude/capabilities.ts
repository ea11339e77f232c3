import type { Capability, Parameter } from "../../chat/model.ts";

export const claudeCapabilities: Record<Parameter, Capability> = {
  temperature: "native",
  top_p: "native",
  max_tokens: "native",
  stop: "native",
  seed: "dropped",
  tools: "native",
  tool_choice: "native",
  "tool_choice.required": "native",
  parallel_tool_calls: "native",
  // Older models take a budget, newer ones an effort: the other is mapped.
  "reasoning.effort": "mapped",
  "reasoning.budget_tokens": "mapped",
  "reasoning.visible": "native",
  // By an instruction: there is no JSON mode without a schema.
  "response_format.json": "mapped",
  "response_format.json_schema": "native",
  cache: "native",
  // `user_id` alone.
  metadata: "mapped",
  "image.data": "native",
  "image.url": "native",
  "document.data": "native",
  "document.url": "native",
  "document.text": "native",
  "tool_result.image": "native",
  "tool_result.document": "native",
};
