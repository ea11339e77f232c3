import { describe, expect, test } from "bun:test";
import { readApiKey, readBearer, type TokenReader } from "../../../src/auth/read-token.ts";
import { ChatError } from "../../../src/errors/chat-error.ts";

function read(reader: TokenReader, headers: Record<string, string>): string {
  try {
    return reader(new Headers(headers));
  } catch (error) {
    if (error instanceof ChatError && error.code === "unauthenticated")
      return `refused: ${error.logReason}`;
    throw error;
  }
}

describe("readBearer", () => {
  test.each(["Bearer a.b.c", "bearer a.b.c", "BEARER a.b.c"])("reads %p", (authorization) => {
    expect(read(readBearer, { authorization })).toBe("a.b.c");
  });

  test.each([
    ["Basic YTpi", "token_missing"],
    ["a.b.c", "token_missing"],
    ["Bearerish a.b.c", "token_missing"],
    ["Bearer", "authorization_malformed"],
    ["Bearer\ta.b.c", "authorization_malformed"],
    ["Bearer  a.b.c", "authorization_malformed"],
    ["Bearer a.b.c, Bearer a.b.c", "authorization_malformed"],
    ["Bearer a.b.c,", "authorization_malformed"],
    ['Bearer "a.b.c"', "authorization_malformed"],
    ["Bearer token=a.b.c", "authorization_malformed"],
    ["Bearer a.b", "authorization_malformed"],
    ["Bearer a.b.c.d", "authorization_malformed"],
    ["Bearer a..c", "authorization_malformed"],
    ["Bearer a.b.c=", "authorization_malformed"],
    ["Bearer a.b.+/", "authorization_malformed"],
    ["Bearer a.b.\u00e9", "authorization_malformed"],
    [`Bearer ${"a.".repeat(50_000)}`, "token_too_long"],
    [`Bearer ${"a".repeat(8190)}.b.c`, "token_too_long"],
  ])("refuses %.40p: %s", (authorization, reason) => {
    expect(read(readBearer, { authorization })).toBe(`refused: ${reason}`);
  });

  test("ignores every other place", () => {
    expect(
      read(readBearer, {
        cookie: "authorization=Bearer a.b.c",
        "x-api-key": "a.b.c",
        "proxy-authorization": "Bearer a.b.c",
      }),
    ).toBe("refused: token_missing");
  });

  test("refuses two headers, which the runtime joins into one", () => {
    const headers = new Headers([
      ["authorization", "Bearer a.b.c"],
      ["authorization", "Bearer a.b.c"],
    ]);
    expect(() => readBearer(headers)).toThrow(ChatError);
  });
});

describe("readApiKey", () => {
  test.each([
    [{ "x-api-key": "a.b.c" }, "a.b.c"],
    [{ authorization: "Bearer a.b.c" }, "a.b.c"],
    [{ "x-api-key": "a.b.c", authorization: "Bearer a.b.c" }, "a.b.c"],
    [{ "x-api-key": "a.b.c", authorization: "Bearer a.b.d" }, "refused: credentials_conflict"],
    [{ "x-api-key": "a.b.c", authorization: "Basic YTpi" }, "refused: token_missing"],
    [{ "x-api-key": "sk-ant-123" }, "refused: authorization_malformed"],
    [{ "x-api-key": "a.b.c, a.b.c" }, "refused: authorization_malformed"],
    [{ "x-api-key": "", authorization: "Bearer a.b.c" }, "refused: authorization_malformed"],
    [{}, "refused: token_missing"],
  ])("%j → %s", (headers, expected) => {
    expect(read(readApiKey, headers)).toBe(expected);
  });
});
