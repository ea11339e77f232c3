import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { CALLERS, type Question, type Turn } from "../../support/callers/index.ts";
import { createNativeCaller } from "../../support/callers/native.ts";
import { RUN_ID } from "../../support/cursor-stand-in.ts";
import { ALL_VENDORS, type ScriptedAnswer } from "../../support/vendors/index.ts";
import { CALLS, LAST, OBJECT, resultOf, SCHEMA, TEXT, TOOLS } from "../script.ts";
import type { Stage } from "../stage.ts";

const document = resolve(import.meta.dir, "../../../docs/clients.md");

/** What can be asked of a provider, and the answers that a vendor gives to it. */
const ASKS = {
  "tool loop": { question: { tools: TOOLS }, answers: [CALLS, LAST] },
  "structured output": { question: { schema: SCHEMA }, answers: [OBJECT] },
} as const satisfies Record<
  string,
  { question: Partial<Question>; answers: readonly ScriptedAnswer[] }
>;
type Ask = keyof typeof ASKS;

/** What a provider does not support: its name, and the param that names it to the caller. */
const GAPS: Readonly<Record<string, Partial<Record<Ask, string>>>> = {
  cursor: { "tool loop": "tools", "structured output": "response_format" },
  copilot: { "structured output": "response_format" },
};

/** Every dialect with every provider: what works is done, what does not is reported. */
export function describeCross({ upstream, cursor, main, token, caller, play }: Stage): void {
  const dialects = [
    { name: "/chat", client: createNativeCaller({ url: main.server.url, token }) },
    ...CALLERS.filter(({ name }) => !name.startsWith("ai ")).map((kind) => ({
      name: PATHS[kind.dialect],
      client: caller(kind),
    })),
  ];
  const providers = [
    ...ALL_VENDORS.map((vendor) => ({
      name: vendor.name === "plain" ? "compatible" : vendor.name,
      model: `${vendor.name}/${vendor.model}`,
      play: (answers: readonly ScriptedAnswer[]) => play(vendor, ...answers),
      schema: () => vendor.read(upstream.requests[0]?.json()).schema,
    })),
    {
      name: "cursor",
      model: "cursor/default",
      play: () =>
        cursor.play({
          streams: [
            {
              events: [
                { event: "assistant", id: "1-0", data: { text: TEXT.text } },
                {
                  event: "result",
                  id: "2-0",
                  data: { runId: RUN_ID, status: "FINISHED", text: TEXT.text, durationMs: 1 },
                },
                { event: "done" },
              ],
              end: "close",
            },
          ],
        }),
      schema: () => undefined,
    },
    { name: "echo", model: "echo/echo", play: () => {}, schema: () => SCHEMA },
  ];

  /** Asks and looks whether it came to what was asked for. */
  async function works(
    ask: Ask,
    client: { ask(question: Question): Promise<Turn> },
    provider: (typeof providers)[number],
  ) {
    const { question, answers } = ASKS[ask];
    const gap = GAPS[provider.name]?.[ask];
    provider.play(gap ? [TEXT] : answers);
    const first = await client.ask({
      model: provider.model,
      prompt: "Ask weather and now.",
      stream: false,
      ...question,
    });
    if (ask === "structured output") {
      if (provider.schema() === undefined) return false;
      expect(Object.keys(JSON.parse(first.text))).toEqual(["city", "degrees"]);
      return true;
    }
    if (first.calls.length === 0) return false;
    expect(first.calls.map(({ name }) => name)).toEqual(["weather", "now"]);
    const second = await first.reply(resultOf);
    expect(second.calls).toEqual([]);
    return second.text !== "";
  }

  describe("every dialect with every provider", () => {
    const cells = new Map<string, string>();

    for (const provider of providers) {
      for (const { name, client } of dialects) {
        for (const ask of ["tool loop", "structured output"] as const) {
          const gap = GAPS[provider.name]?.[ask];
          test(`${provider.name} through ${name}: ${gap ? `no ${ask}, and an answer all the same` : ask}`, async () => {
            const worked = await works(ask, client, provider);
            cells.set(
              `${provider.name} ${name} ${ask}`,
              worked ? "yes" : `no: \`${gap}\` is left out`,
            );
            expect(worked).toBe(gap === undefined);
          });
        }
      }
    }

    for (const [name, gaps] of Object.entries(GAPS)) {
      for (const [ask, param] of Object.entries(gaps)) {
        test(`${name} has no ${ask}: the header says that ${param} was left out`, async () => {
          const provider = providers.find((candidate) => candidate.name === name);
          provider?.play([TEXT]);
          const format = { type: "json_schema", json_schema: { name: "answer", schema: SCHEMA } };
          const asked =
            param === "tools"
              ? { tools: TOOLS.map((tool) => ({ type: "function", function: tool })) }
              : { response_format: format };
          const answer = await main.client.send("/v1/chat/completions", {
            headers: { "content-type": "application/json" },
            body: JSON.stringify({
              model: provider?.model,
              messages: [{ role: "user", content: "Hi" }],
              ...asked,
            }),
          });
          expect(answer.status).toBe(200);
          expect(answer.headers.get("x-warnings")).toContain(
            `unsupported_parameter;param="${param}`,
          );
        });
      }
    }

    test("is what docs/clients.md says", () => {
      const head = ["provider", ...dialects.map(({ name }) => `\`${name}\``)];
      const rows = (["tool loop", "structured output"] as const).flatMap((ask) =>
        providers.map((provider) => [
          `${provider.name}, ${ask}`,
          ...dialects.map(({ name }) => cells.get(`${provider.name} ${name} ${ask}`) ?? "not run"),
        ]),
      );
      const lines = [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`);
      expect(readFileSync(document, "utf8")).toContain(lines.join("\n"));
    });
  });
}

const PATHS = {
  "openai-chat": "/v1/chat/completions",
  "openai-responses": "/v1/responses",
  "anthropic-messages": "/v1/messages",
} as const;
