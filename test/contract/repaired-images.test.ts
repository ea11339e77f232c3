import { describe, expect, test } from "bun:test";
import type { JsonObject } from "../../src/json/json-object.ts";
import { jsonResponse } from "../support/play-response.ts";
import { createPlayedApp } from "../support/played-app.ts";

const JPEG = "/9j/4AAQSkZJRgABAQAAAQABAAD=";
const BMP = "Qk1GAAAAAAAAADYAAAAoAAAA";
/** As `base64` and `openssl` write it, and a client that trims nothing. */
const WRAPPED = `\n ${JPEG.slice(0, 10)}\r\n${JPEG.slice(10)}\n`;

const ENV = {
  ANTHROPIC_API_KEY: "sk-ant-api03-x",
  OPENAI_API_KEY: "sk-x",
  GEMINI_API_KEY: "x",
  COMPATIBLE_PROVIDERS: JSON.stringify([
    { name: "local", base_url: "http://local.test/v1", api_key: "x" },
  ]),
};
const MODELS = [
  "claude/claude-haiku-4-5",
  "openai/gpt-6.1-sol",
  "gemini/gemini-3.8-flash",
  "local/m",
] as const;

/** An image that its caller calls a PNG, in each API, and where its data stands. */
const APIS: readonly [path: string, ask: (data: string) => JsonObject, param: string][] = [
  [
    "/chat",
    (data) => user([{ type: "image", media_type: "image/png", data }]),
    "messages[0].content[0].data",
  ],
  [
    "/v1/chat/completions",
    (data) => user([{ type: "image_url", image_url: { url: `data:image/png;base64,${data}` } }]),
    "messages[0].content[0].image_url.url",
  ],
  [
    "/v1/responses",
    (data) => ({
      input: [
        {
          role: "user",
          content: [{ type: "input_image", image_url: `data:image/png;base64,${data}` }],
        },
      ],
    }),
    "input[0].content[0].image_url",
  ],
  [
    "/v1/messages",
    (data) => ({
      max_tokens: 9,
      ...user([{ type: "image", source: { type: "base64", media_type: "image/png", data } }]),
    }),
    "messages[0].content[0].source.data",
  ],
];

function user(content: JsonObject[]): JsonObject {
  return { messages: [{ role: "user", content }] };
}

const PAIRS = APIS.flatMap(([path, ask, param]) =>
  MODELS.map((model) => [path, model, ask, param] as const),
);

/** Any answer will do: what was sent is looked at. */
const ANSWER = jsonResponse({ error: { message: "no", type: "invalid_request_error" } }, 400);

describe("an image", () => {
  test.each(PAIRS)("in wrapped base64 under a wrong label: %s to %s", async (path, model, ask) => {
    const { sent } = await createPlayedApp(ENV, ANSWER)(path, { model, ...ask(WRAPPED) });
    const text = JSON.stringify(sent);
    expect(text).toContain(JPEG);
    expect(text).toContain("image/jpeg");
    expect(text).not.toContain("image/png");
    expect(text).not.toContain("\\n");
  });

  test.each(PAIRS.filter(([, model]) => model !== "local/m"))(
    "that the vendor does not read is refused: %s to %s",
    async (path, model, ask, param) => {
      const answer = await createPlayedApp(ENV, ANSWER)(path, { model, ...ask(BMP) });
      expect(answer.sent).toEqual([]);
      expect(answer.status).toBe(400);
      expect(answer.text).toContain(`${param}: is image/bmp; this provider reads image/`);
    },
  );

  // A server of the caller's own format may know more than this one.
  test.each(
    PAIRS.filter(([path, model]) => path !== "/v1/chat/completions" || model !== "local/m"),
  )("that is no base64 is refused: %s to %s", async (path, model, ask, param) => {
    const answer = await createPlayedApp(ENV, ANSWER)(path, { model, ...ask("<html>") });
    expect(answer.sent).toEqual([]);
    expect(answer.text).toContain(`${param}: is not base64`);
  });
});
