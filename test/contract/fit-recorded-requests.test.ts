import { describe, expect, test } from "bun:test";
import { createCatalog } from "../../src/catalog/index.ts";
import type { Warning } from "../../src/chat/event.ts";
import { anthropicMessagesDialect } from "../../src/dialects/anthropic-messages/index.ts";
import type { Dialect } from "../../src/dialects/dialect.ts";
import { openaiResponsesDialect } from "../../src/dialects/openai-responses/index.ts";
import { claudeCapabilities } from "../../src/providers/claude/capabilities.ts";
import { openaiCapabilities } from "../../src/providers/openai/capabilities.ts";
import { fitRequest } from "../../src/routing/fit-request.ts";
import { messageExchanges } from "../support/anthropic-recordings.ts";
import type { Exchange } from "../support/recordings.ts";
import { isFetchedLater, responsesExchanges } from "../support/responses-recordings.ts";
import { createStubProvider } from "../support/stub-provider.ts";

const catalog = createCatalog();

interface Suite {
  vendor: string;
  exchanges: readonly Exchange[];
  dialect: Dialect;
  provider: ReturnType<typeof createStubProvider>;
}

const SUITES: Suite[] = [
  {
    vendor: "Anthropic",
    exchanges: messageExchanges,
    dialect: anthropicMessagesDialect,
    provider: createStubProvider({
      name: "claude",
      format: "anthropic",
      capabilities: claudeCapabilities,
    }),
  },
  {
    vendor: "OpenAI",
    exchanges: responsesExchanges.filter((exchange) => !isFetchedLater(exchange)),
    dialect: openaiResponsesDialect,
    provider: createStubProvider({
      name: "openai",
      format: "openai_responses",
      capabilities: openaiCapabilities,
    }),
  },
];

describe.each(SUITES)(
  "what $vendor took goes to it unchanged",
  ({ exchanges, dialect, provider }) => {
    const taken = exchanges.filter(({ response }) => response.status === 200);

    test("every request", () => {
      for (const { name, request: recorded } of taken) {
        const request = dialect.decodeRequest(recorded.body, new Headers(recorded.headers));
        const warnings: Warning[] = [];
        const model = catalog.lookup(provider.name, request.model ?? "");
        const fitted = fitRequest(request, { provider, model }, (warning) =>
          warnings.push(warning),
        );
        expect({ name, warnings }).toEqual({ name, warnings: [] });
        expect(fitted).toBe(request);
      }
      expect(taken.length).toBeGreaterThan(40);
    });
  },
);
