import { expect, test } from "bun:test";
import { readErrorBody as readOfChat } from "../../../src/formats/openai-chat/read-error.ts";
import { readErrorBody as readOfResponses } from "../../../src/providers/openai/read-error.ts";

test.each([
  [400, "billing_hard_limit_reached", "upstream_quota_exhausted"],
  [429, "insufficient_quota", "upstream_quota_exhausted"],
  [429, "billing_not_active", "upstream_billing"],
  [429, "rate_limit_exceeded", "upstream_rate_limited"],
  [404, "model_not_found", "model_not_found"],
  [400, "context_length_exceeded", "upstream_rejected"],
  [400, "invalid_api_key", "upstream_auth"],
  [500, "slow_down", "upstream_overloaded"],
] as const)("%i %s means the same in both of OpenAI's APIs: %s", (status, code, meaning) => {
  const body = { error: { message: "No.", type: "x", param: null, code } };
  expect([readOfChat(body, status).code, readOfResponses(body, status).code]).toEqual([
    meaning,
    meaning,
  ]);
});
