import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Subprocess } from "bun";
import * as z from "zod";
import { foldEvents } from "../../src/chat/fold-events.ts";
import type { Message } from "../../src/chat/message.ts";
import type { ChatRequest } from "../../src/chat/request.ts";
import { createCopilotProvider } from "../../src/providers/copilot/index.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { expectEventOrder } from "../support/expect-event-order.ts";
import { measureLeast } from "../support/measure-least.ts";
import { collectEvents, createTestCall, createTestDeps } from "../support/play-response.ts";
import { requireAvailable } from "../support/require-available.ts";
import { until } from "../support/until.ts";

const folder = resolve(import.meta.dir, "../../bridges/copilot");
const isInstalled = existsSync(resolve(folder, "node_modules/@github/copilot-sdk"));
const SECRET = "0123456789abcdef";

const addressesSchema = z.object({ bridge: z.url(), sessions: z.url() });
const sessionsSchema = z.array(
  z.object({
    aborted: z.boolean(),
    deleted: z.boolean(),
    sent: z.array(z.object({ prompt: z.string() })),
  }),
);

/** The provider, the real bridge and the real SDK, over a stand-in for GitHub's runtime. */
describe.skipIf(!isInstalled)(
  "the copilot provider over the real bridge (needs `npm ci --omit=optional` in bridges/copilot)",
  () => {
    let bridge: Subprocess<"pipe", "pipe", "inherit">;
    let provider: Provider;
    let bridgeUrl: string;
    let sessionsUrl: string;

    beforeAll(async () => {
      bridge = Bun.spawn([process.execPath, "test/serve.ts"], {
        cwd: folder,
        env: {
          PATH: process.env.PATH ?? "",
          HOME: process.env.HOME ?? "",
          COPILOT_BRIDGE_TOKEN: SECRET,
        },
        stdin: "pipe",
        stdout: "pipe",
      });
      const { value } = await bridge.stdout.getReader().read();
      const addresses = addressesSchema.parse(JSON.parse(new TextDecoder().decode(value)));
      sessionsUrl = addresses.sessions;
      bridgeUrl = addresses.bridge;
      provider = createProvider(addresses.bridge, SECRET);
    });
    afterAll(async () => {
      await bridge.stdin.end();
      await bridge.exited;
    });

    function createProvider(url: string, token: string): Provider {
      const env = {
        COPILOT_BRIDGE_URL: url,
        COPILOT_BRIDGE_TOKEN: token,
        COPILOT_DEFAULT_MODEL: "auto",
      };
      return requireAvailable(
        createCopilotProvider(
          env,
          createTestDeps((input, init) => fetch(input, init)),
        ),
      );
    }
    function open(
      model: string,
      request: Partial<ChatRequest> = {},
      options: { stream?: boolean; signal?: AbortSignal } = {},
    ) {
      const whole: ChatRequest = { messages: [{ role: "user", content: "Hi" }], ...request };
      return provider.open(createTestCall(whole, { model: { id: model }, ...options }));
    }
    async function lastSession() {
      return sessionsSchema.parse(await (await fetch(sessionsUrl)).json()).at(-1);
    }

    for (const stream of [true, false]) {
      test(`answers ${stream ? "as a stream" : "whole"}`, async () => {
        expect(await foldEvents(await open("hello", {}, { stream }))).toMatchObject({
          content: [
            { type: "reasoning", text: "Hmm." },
            { type: "text", text: "Hello there" },
          ],
          finish_reason: "stop",
          usage: {
            input_tokens: 100,
            output_tokens: 20,
            cached_input_tokens: 40,
            reasoning_tokens: 5,
            total_tokens: 120,
          },
        });
      });

      test(`calls tools, and takes their results with the answer sent back verbatim (${stream ? "stream" : "whole"})`, async () => {
        const tools = [
          {
            name: "weather",
            parameters: { type: "object", properties: { city: { type: "string" } } },
          },
        ];
        const question: Message = { role: "user", content: "Weather?" };
        const first = await foldEvents(
          await open("calls", { messages: [question], tools }, { stream }),
        );
        expect(first).toMatchObject({
          content: [
            { type: "text", text: "Let me look." },
            { type: "tool_call", id: "call_1", name: "weather", arguments: { city: "Paris" } },
            { type: "tool_call", id: "call_2", name: "weather", arguments: { city: "Rome" } },
          ],
          finish_reason: "tool_calls",
        });
        const results: Message = {
          role: "tool",
          content: [
            { type: "tool_result", tool_call_id: "call_1", content: "sunny" },
            { type: "tool_result", tool_call_id: "call_2", content: "rain" },
          ],
        };
        const messages: Message[] = [
          question,
          { role: "assistant", content: first.content },
          results,
        ];
        expect(
          await foldEvents(await open("hello", { messages, tools }, { stream })),
        ).toMatchObject({ finish_reason: "stop" });
        const prompt = (await lastSession())?.sent[0]?.prompt ?? "";
        for (const text of ["Weather?", "Let me look.", '{"city":"Rome"}', "sunny", "rain"])
          expect(prompt).toContain(text);
      });
    }

    test("rejects if the call fails before the answer, and ends the stream if it fails later", async () => {
      await expect(open("quota")).rejects.toMatchObject({
        code: "upstream_quota_exhausted",
        retryable: false,
      });
      const events = await collectEvents(await open("broken", {}, { stream: true }));
      expectEventOrder(events);
      expect(events.at(-1)).toMatchObject({
        type: "error",
        error: { code: "upstream_rate_limited" },
      });
    });

    test("ends the runtime's session within a second after the caller leaves", async () => {
      const tookMs = await measureLeast(1000, async () => {
        const controller = new AbortController();
        const stream = await open("silent", {}, { stream: true, signal: controller.signal });
        await stream.read();
        const leftAt = performance.now();
        controller.abort();
        await until("the session is deleted", async () => (await lastSession())?.deleted ?? false);
        expect(await lastSession()).toMatchObject({ aborted: true, deleted: true });
        return performance.now() - leftAt;
      });
      expect(tookMs).toBeLessThan(1000);
    });

    test("is refused with a wrong secret", async () => {
      const stranger = createProvider(bridgeUrl, "fedcba9876543210");
      await expect(
        stranger.open(createTestCall({ messages: [{ role: "user", content: "Hi" }] })),
      ).rejects.toMatchObject({
        code: "upstream_auth",
      });
    });
  },
);
