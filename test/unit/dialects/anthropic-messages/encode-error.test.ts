import { describe, expect, test } from "bun:test";
import Anthropic from "@anthropic-ai/sdk";
import { anthropicMessagesDialect as dialect } from "../../../../src/dialects/anthropic-messages/index.ts";
import { ChatError } from "../../../../src/errors/chat-error.ts";
import { ERRORS, isErrorCode } from "../../../../src/errors/error-codes.ts";
import { ERROR_TYPES } from "../../../../src/formats/anthropic-messages/error.ts";

/** The error that Anthropic's client throws. */
async function readBySdk(error: ChatError): Promise<InstanceType<typeof Anthropic.APIError>> {
  const { status, headers, body } = dialect.encodeError(error, "req_1");
  let calls = 0;
  const fetch = async () => {
    calls += 1;
    return new Response(JSON.stringify(body), {
      status,
      headers: { "content-type": "application/json", ...headers },
    });
  };
  const client = new Anthropic({ apiKey: "test", fetch, maxRetries: 0, logLevel: "off" });
  const thrown: unknown = await client.messages
    .create({ model: "m", max_tokens: 1, messages: [{ role: "user", content: "Hi" }] })
    .catch((failure: unknown) => failure);
  if (!(thrown instanceof Anthropic.APIError)) throw new Error("the client took it for an answer");
  expect(calls).toBe(1);
  return thrown;
}

describe("errors", () => {
  const cases: readonly (readonly [
    ConstructorParameters<typeof ChatError>,
    number,
    string,
    string,
  ])[] = [
    [["unauthenticated"], 401, "authentication_error", "AuthenticationError"],
    [["forbidden"], 403, "permission_error", "PermissionDeniedError"],
    [
      ["invalid_request", { message: "messages: is required." }],
      400,
      "invalid_request_error",
      "BadRequestError",
    ],
    [["model_not_found"], 404, "not_found_error", "NotFoundError"],
    [["rate_limited", { retryAfterSeconds: 7 }], 429, "rate_limit_error", "RateLimitError"],
    [["upstream_rate_limited"], 429, "rate_limit_error", "RateLimitError"],
    [["upstream_overloaded"], 529, "overloaded_error", "OverloadedError"],
    [["upstream_auth"], 502, "api_error", "InternalServerError"],
    [["upstream_timeout"], 504, "timeout_error", "GatewayTimeoutError"],
  ];
  test.each(cases)("%p is %p %s", async ([code, detail], status, type, name) => {
    const error = new ChatError(code, detail);
    const seen = await readBySdk(error);
    expect(seen).toMatchObject({ status, type, requestID: "req_1", errorCode: code });
    expect(seen.constructor.name).toBe(name);
    expect(seen.message).toContain(error.message);
    expect(seen.headers?.get("retry-after") ?? null).toBe(
      error.retryAfterSeconds === undefined ? null : "7",
    );
  });

  test("a refused request has the vendor's own code, from which the client picks its error class", async () => {
    const refused = new ChatError("upstream_rejected", {
      upstreamCode: "compaction_signature_invalid",
    });
    expect((await readBySdk(refused)).constructor.name).toBe("CompactionSignatureInvalidError");
    const missing = new ChatError("model_not_found", { upstreamCode: "thread_not_found" });
    expect((await readBySdk(missing)).constructor.name).toBe("ThreadNotFoundError");
    const plain = new ChatError("upstream_rejected", { upstreamCode: "invalid_request_error" });
    expect(await readBySdk(plain)).toMatchObject({ errorCode: "upstream_rejected" });
    const operators = new ChatError("upstream_auth", { upstreamCode: "api_key_scope_missing" });
    expect(await readBySdk(operators)).toMatchObject({ errorCode: "upstream_auth" });
  });

  test("every code has an Anthropic type, and says whether to retry", () => {
    for (const code of Object.keys(ERRORS).filter(isErrorCode)) {
      const { status, headers, body } = dialect.encodeError(new ChatError(code), "req_1");
      expect(
        status === ERRORS[code].status || (code === "upstream_overloaded" && status === 529),
      ).toBe(true);
      expect(headers["x-should-retry"]).toBe(String(ERRORS[code].retryable));
      expect(body).toEqual({
        type: "error",
        error: {
          type: expect.stringMatching(new RegExp(`^(${ERROR_TYPES.join("|")})$`)),
          message: ERRORS[code].message,
          details: { error_code: code },
        },
        request_id: "req_1",
      });
    }
  });
});
