import type { JsonObject } from "../../json/json-object.ts";

/** Token counts as this server reports them. */
export interface ResponsesUsage {
  input_tokens: number;
  input_tokens_details: { cached_tokens: number; cache_write_tokens?: number };
  output_tokens: number;
  output_tokens_details: { reasoning_tokens: number };
  total_tokens: number;
  /** US dollars; absent if the cost is not known. */
  cost?: number;
}

/** A whole answer as this server writes it. A vendor's answer is read field by field instead. */
export interface ResponsesAnswer {
  id: string;
  object: "response";
  created_at: number;
  status: "in_progress" | "completed" | "incomplete" | "failed";
  error: { code: string; message: string } | null;
  incomplete_details: { reason: "max_output_tokens" | "content_filter" } | null;
  model: string;
  output: JsonObject[];
  usage: ResponsesUsage | null;
  [field: string]: unknown;
}
