import { describe, expect, test } from "bun:test";
import { anthropicMessagesDialect } from "../../src/dialects/anthropic-messages/index.ts";
import { chatDialect } from "../../src/dialects/chat/index.ts";
import type { Dialect } from "../../src/dialects/dialect.ts";
import { openaiChatDialect } from "../../src/dialects/openai-chat/index.ts";
import { openaiResponsesDialect } from "../../src/dialects/openai-responses/index.ts";
import { ChatError } from "../../src/errors/chat-error.ts";
import { ERRORS, isErrorCode } from "../../src/errors/error-codes.ts";
import { jsonObjectSchema } from "../../src/json/json-object.ts";
import { createAnswerContext } from "../support/answer-context.ts";

const CODES = Object.keys(ERRORS).filter(isErrorCode);

interface Expected {
  dialect: Dialect;
  /** The vendor's type for errors with this status; several if it has no rule. */
  types(status: number): readonly string[] | null;
  statusOf(code: (typeof CODES)[number]): number;
  /** Only a stream that reached its end has this. */
  endMark: RegExp;
}

const OPENAI: Pick<Expected, "types" | "statusOf"> = {
  types: (status) => {
    if (status === 429) return ["rate_limit_error", "insufficient_quota"];
    return status < 500 ? ["invalid_request_error", "server_error"] : ["server_error"];
  },
  statusOf: (code) => ERRORS[code].status,
};

const DIALECTS: readonly Expected[] = [
  {
    dialect: chatDialect,
    types: () => null,
    statusOf: (code) => ERRORS[code].status,
    endMark: /event: done/,
  },
  { dialect: openaiChatDialect, ...OPENAI, endMark: /\[DONE\]/ },
  { dialect: openaiResponsesDialect, ...OPENAI, endMark: /response\.(?:completed|incomplete)/ },
  {
    dialect: anthropicMessagesDialect,
    types: (status) => {
      if (status >= 500) return ["api_error", "overloaded_error", "timeout_error"];
      const named: Readonly<Record<number, string>> = {
        400: "invalid_request_error",
        401: "authentication_error",
        403: "permission_error",
        404: "not_found_error",
        408: "timeout_error",
        409: "conflict_error",
        410: "not_found_error",
        413: "request_too_large",
        429: "rate_limit_error",
        499: "api_error",
      };
      return [named[status] ?? "invalid_request_error"];
    },
    statusOf: (code) => (code === "upstream_overloaded" ? 529 : ERRORS[code].status),
    endMark: /message_stop/,
  },
];

describe.each(DIALECTS.map((expected) => [expected.dialect.name, expected] as const))(
  "errors in %s",
  (_, expected) => {
    const { dialect, types, statusOf, endMark } = expected;

    test.each(CODES)("%s has its status, a type that fits, and the public message", (code) => {
      const error = new ChatError(code, { logReason: "for the log alone" });
      const { status, body } = dialect.encodeError(error, "req_test");
      expect(status).toBe(statusOf(code));
      expect(JSON.stringify(body)).not.toContain("for the log alone");
      const told = jsonObjectSchema.parse(jsonObjectSchema.parse(body).error);
      expect(told.message).toBe(ERRORS[code].message);
      const allowed = types(status);
      if (allowed) expect<readonly unknown[]>(allowed).toContain(told.type);
      else expect<unknown>(told.code).toBe(code);
    });

    test.each(CODES)("%s in mid-stream is told, and the stream has no end mark", (code) => {
      const encoder = dialect.createStreamEncoder(createAnswerContext(null));
      const text =
        encoder.encode([
          { type: "start", id: "a_1", model: "m" },
          { type: "part-start", index: 0, kind: "text" },
          { type: "part-delta", index: 0, delta: "Half" },
        ]) + encoder.encode([{ type: "error", error: new ChatError(code) }]);
      expect(text).toContain(ERRORS[code].message);
      expect(text).not.toMatch(endMark);
    });
  },
);
