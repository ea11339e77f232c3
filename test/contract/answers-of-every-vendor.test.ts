import { describe, expect, test } from "bun:test";
import { APIS, createPlayedApp, type PlayedAnswer } from "../support/played-app.ts";
import { WORDING_VENDORS, type WordedAnswer } from "../support/worded-answers.ts";

/** Every vendor's answer to every API, whole and streamed. */
const WAYS = WORDING_VENDORS.flatMap((vendor) =>
  APIS.flatMap(([path, body]) =>
    [false, true].map((stream) => {
      const name = `${vendor.name} to ${path}, ${stream ? "streamed" : "whole"}`;
      return [
        name,
        { vendor, path, stream, body: { ...body, model: vendor.model, stream } },
      ] as const;
    }),
  ),
);
type Way = (typeof WAYS)[number][1];

function ask({ vendor, path, stream, body }: Way, worded: WordedAnswer): Promise<PlayedAnswer> {
  return createPlayedApp(vendor.env, vendor.answer(worded, stream))(path, body);
}

const CALL = { id: "call_1", name: "get", arguments: '{"city":"Paris"}' };

/** How an answer ended, in the words of each API. */
const FINISH: Readonly<Record<string, { calls: RegExp; length: RegExp }>> = {
  "/chat": { calls: /"finish_reason":"tool_calls"/, length: /"finish_reason":"length"/ },
  "/v1/chat/completions": {
    calls: /"finish_reason":"tool_calls"/,
    length: /"finish_reason":"length"/,
  },
  "/v1/responses": { calls: /"type":"function_call"/, length: /"status":"incomplete"/ },
  "/v1/messages": { calls: /"stop_reason":"tool_use"/, length: /"stop_reason":"max_tokens"/ },
};

function isOwn({ vendor, path }: Way): boolean {
  return OWN[vendor.name] === path;
}
const OWN: Readonly<Record<string, string>> = {
  compatible: "/v1/chat/completions",
  openai: "/v1/responses",
  claude: "/v1/messages",
};

describe("an answer that ends in a call", () => {
  test.each(WAYS)("%s: is one, even if the vendor calls it a natural end", async (_, way) => {
    const { text } = await ask(way, { text: "So:", calls: [CALL], finish: way.vendor.ends.stop });
    expect(text).toMatch(FINISH[way.path]?.calls ?? /never/);
    expect(text).not.toMatch(/"(?:finish_reason|stop_reason)":"(?:stop|end_turn)"/);
  });
});

describe("an end in a word that nobody knows", () => {
  test.each(WAYS)("%s: keeps the text, is no natural end, and is told", async (_, way) => {
    const word = way.vendor.name === "gemini" ? "TOMORROW" : "tomorrow";
    const { status, text, body } = await ask(way, { text: "Once upon", finish: word });
    expect(status).toBe(200);
    expect(text).toContain("Once upon");
    expect(text).toContain("upstream_warning");
    // A new word of Anthropic's own may be known to its clients.
    const isPassed = isOwn(way) && way.vendor.name === "claude";
    expect(text).toMatch(
      isPassed ? /"stop_reason":"tomorrow"/ : (FINISH[way.path]?.length ?? /never/),
    );
    if (!way.stream) expect(body.warnings).toMatchObject([{ code: "upstream_warning" }]);
  });
});
