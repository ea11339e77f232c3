import type { Capability, Parameter } from "../../chat/model.ts";

/**
 * A cloud agent takes a prompt, images and the name of a model. It uses its own tools as it sees
 * fit; the API has no fields for a caller's tools, sampling or limits.
 */
export const cursorCapabilities: Readonly<Record<Parameter, Capability>> = {
  temperature: "dropped",
  top_p: "dropped",
  max_tokens: "dropped",
  stop: "dropped",
  seed: "dropped",
  tools: "dropped",
  tool_choice: "dropped",
  "tool_choice.required": "dropped",
  parallel_tool_calls: "dropped",
  // A model's effort is one of its `params`, whose names differ: `extras.cursor.model.params`.
  "reasoning.effort": "dropped",
  "reasoning.budget_tokens": "dropped",
  "reasoning.visible": "mapped",
  "response_format.json": "dropped",
  "response_format.json_schema": "dropped",
  cache: "dropped",
  metadata: "dropped",
  "image.data": "native",
  "image.url": "native",
  "document.data": "dropped",
  "document.url": "dropped",
  "document.text": "mapped",
  "tool_result.image": "mapped",
  "tool_result.document": "mapped",
};
