import { describe, expect, test } from "bun:test";
import { decodeRequest as decodeMessages } from "../../../src/dialects/anthropic-messages/decode-request.ts";
import { decodeRequest as decodeChat } from "../../../src/dialects/chat/decode-request.ts";
import { decodeRequest as decodeCompletion } from "../../../src/dialects/openai-chat/decode-request.ts";
import { decodeRequest as decodeResponse } from "../../../src/dialects/openai-responses/decode-request.ts";
import { thrownBy } from "../../support/thrown-by.ts";

const messages = [{ role: "user", content: "Hi" }];
const headers = new Headers();

/** Each dialect's decoder, with the least that a body must have. */
const DIALECTS = [
  ["chat", (fields: object) => decodeChat({ messages, ...fields }, headers)],
  ["openai-chat", (fields: object) => decodeCompletion({ messages, ...fields })],
  ["openai-responses", (fields: object) => decodeResponse({ input: "Hi", ...fields })],
  [
    "anthropic-messages",
    (fields: object) => decodeMessages({ messages, max_tokens: 9, ...fields }, headers),
  ],
] as const;

describe.each(DIALECTS)("fallbacks in %s", (_name, decode) => {
  test("are names or objects, each with its path, and bind to no format", () => {
    const request = decode({
      model: "a",
      fallbacks: ["x/b", { provider: "y", model: "c" }, { model: "d" }],
    });
    expect(request.model).toBe("a");
    expect(request.fallbacks).toEqual([
      { model: "x/b", param: "fallbacks[0]" },
      { provider: "y", model: "c", param: "fallbacks[1]" },
      { model: "d", param: "fallbacks[2]" },
    ]);
    expect(request.requires_format).toBeUndefined();
    expect(JSON.stringify(request.extras ?? {})).not.toContain("fallbacks");
  });

  test.each<[string, unknown, RegExp]>([
    ["no list", "a", /^fallbacks/],
    ["no name", [1], /^fallbacks\[0\]/],
    ["an object without a model", ["a", { provider: "y" }], /^fallbacks\[1\]\.model/],
    ["more than seven", Array.from({ length: 8 }, () => "a"), /^fallbacks/],
  ])("%s is refused by its path", (_what, fallbacks, param) => {
    const error = thrownBy(() => decode({ model: "a", fallbacks }));
    expect(error.status).toBe(400);
    expect(error.param).toMatch(param);
  });
});

describe.each(DIALECTS.slice(1, 3))("models in %s", (_name, decode) => {
  test("stand behind the model, or in its place", () => {
    expect(decode({ model: "a", models: ["b", "c"] })).toMatchObject({
      model: "a",
      fallbacks: [
        { model: "b", param: "models[0]" },
        { model: "c", param: "models[1]" },
      ],
    });
    const behind = { model: "a", fallbacks: [{ model: "b", param: "models[1]" }] };
    expect(decode({ models: ["a", "b"] })).toMatchObject(behind);
    expect(decode({ model: "a", models: ["a", "b"] })).toMatchObject(behind);
    expect(decode({ models: ["a"] }).fallbacks).toBeUndefined();
  });
});

test("a completion without any model is refused", () => {
  expect(thrownBy(() => decodeCompletion({ messages }))).toMatchObject({
    param: "model",
    message: "model: is required.",
  });
});
