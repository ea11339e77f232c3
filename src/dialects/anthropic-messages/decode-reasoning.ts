import { effortSchema, type Reasoning, type ResponseFormat } from "../../chat/request.ts";
import type { MessagesBody } from "../../formats/anthropic-messages/request.ts";
import { defined } from "../../json/defined.ts";

/**
 * Reasoning settings for models of other vendors. Claude gets `thinking` and `output_config`
 * unchanged, because adaptive thinking has no exact equivalent in the chat model.
 */
export function decodeReasoning({
  thinking,
  output_config,
}: Pick<MessagesBody, "thinking" | "output_config">): {
  reasoning?: Reasoning;
} {
  const effort = effortSchema.safeParse(
    thinking?.type === "disabled" ? "none" : output_config?.effort,
  ).data;
  const budget = thinking?.type === "enabled" ? thinking.budget_tokens : undefined;
  const visible =
    thinking?.display === "summarized" ? true : thinking?.display === "omitted" ? false : undefined;
  const reasoning: Reasoning = {
    ...defined({ effort, budget_tokens: budget, visible }),
  };
  return Object.keys(reasoning).length === 0 ? {} : { reasoning };
}

/** The response format. Claude gets it with the rest of `output_config`. */
export function decodeFormat({
  output_config,
  output_format,
}: Pick<MessagesBody, "output_config" | "output_format">): {
  response_format?: ResponseFormat;
} {
  const format = output_config?.format ?? output_format;
  if (format?.type !== "json_schema" || !format.schema) return {};
  return { response_format: { type: "json_schema", schema: format.schema } };
}
