import { describe, expect, test } from "bun:test";
import { createUpstreamError } from "../../../src/upstream/upstream-error.ts";

function codeOf(message: string, upstreamCode?: string): string {
  return createUpstreamError(400, { message, upstreamCode }).code;
}

describe("a prompt that is too long", () => {
  test.each([
    "prompt is too long: 213462 tokens > 200000 maximum",
    "input length and `max_tokens` exceed context limit: 199000 + 4096 > 200000",
    "Your input exceeds the context window of this model. Please adjust your input and try again.",
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001.",
    "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
    "the request exceeds the available context size. try increasing the context size",
    "This model's maximum prompt length is 131072 but the request contains 200000 tokens.",
    "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
    "Input is too long for requested model.",
    "the input length exceeds the context length",
    "Prompt exceeds max length",
    "Invalid request: Your request exceeded model token limit: 131072",
    "Range of input length should be [1, 30720]",
    "invalid params, context window exceeds limit (2013)",
    "too many tokens: total number of tokens in the prompt exceeds the limit of 4081",
    "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000",
    "The decoder prompt (length 9000) is longer than the maximum model length of 8192.",
    "The input (9000 tokens) is longer than the model's context length (8192 tokens).",
    "The number of tokens to keep from the initial prompt is greater than the context length",
    "Please reduce the length of the messages or completion.",
    "Context size has been exceeded.",
    "prompt too long; exceeded max context length by 5 tokens",
    "Trying to keep the first 9000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens.",
    "prompt token count of 150000 exceeds the limit of 128000",
    "Total tokens of image and text exceed max message tokens.",
  ])("is known by the vendor's text: %s", (message) => {
    expect(codeOf(message)).toBe("context_length_exceeded");
  });

  test.each([
    "context_length_exceeded",
    "exceed_context_size_error",
    "model_max_prompt_tokens_exceeded",
    "tokens_limit_reached",
  ])("or its code %s", (code) => {
    expect(codeOf("Too long.", code)).toBe("context_length_exceeded");
  });

  test("keeps the vendor's figures", () => {
    const message = "prompt is too long: 213462 tokens > 200000 maximum";
    expect(createUpstreamError(400, { message, code: "upstream_rejected" })).toMatchObject({
      message,
      status: 400,
      retryable: false,
    });
  });

  test.each([
    "max_tokens: 200000 > 128000, which is the maximum allowed number of output tokens",
    "tools.0.name is too long",
    "context: unknown field",
  ])("is not what another refusal says: %s", (message) => {
    expect(codeOf(message)).toBe("upstream_rejected");
  });

  test("is told with a 500 by some servers, but with no other failure", () => {
    const message = "maximum context length";
    // Ollama, llama.cpp: without this, clients try again and never compact.
    expect(createUpstreamError(500, { message })).toMatchObject({
      code: "context_length_exceeded",
      retryable: false,
    });
    expect(createUpstreamError(503, { message }).code).toBe("upstream_overloaded");
    expect(createUpstreamError(429, { message }).code).toBe("upstream_rate_limited");
  });
});

test("a vendor's limit of a request's size is not told as this server's", () => {
  const { code, message } = createUpstreamError(413, {});
  expect(code).toBe("request_too_large");
  expect(message).toContain("provider");
});
