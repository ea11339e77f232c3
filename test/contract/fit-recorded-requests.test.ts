import { describe, expect, test } from "bun:test";
import type { Warning } from "../../src/chat/event.ts";
import { anthropicMessagesDialect } from "../../src/dialects/anthropic-messages/index.ts";
import type { Dialect } from "../../src/dialects/dialect.ts";
import { openaiResponsesDialect } from "../../src/dialects/openai-responses/index.ts";
import { claudeSupport } from "../../src/providers/claude/support.ts";
import { openaiSupport } from "../../src/providers/openai/support.ts";
import { createCatalog } from "../../src/routing/catalog/index.ts";
import { fitRequest } from "../../src/routing/fit-request.ts";
import { type Exchange, loadExchanges, NEEDS_RECORDINGS } from "../support/recordings.ts";
import { createStubProvider } from "../support/stub-provider.ts";

const catalog = createCatalog();

interface Suite {
  folder: string;
  path: RegExp;
  dialect: Dialect;
  provider: ReturnType<typeof createStubProvider>;
}

const SUITES: Suite[] = [
  {
    folder: "anthropic",
    path: /\/v1\/messages(\?|$)/,
    dialect: anthropicMessagesDialect,
    provider: createStubProvider({ name: "claude", format: "anthropic", support: claudeSupport }),
  },
  {
    folder: "openai-responses",
    path: /\/v1\/responses(\?|$)/,
    dialect: openaiResponsesDialect,
    provider: createStubProvider({ name: "openai", format: "openai_responses", support: openaiSupport }),
  },
];

/** What the vendor took. Background answers are a thing that the dialect itself refuses. */
function isTaken({ request, response }: Exchange, path: RegExp): boolean {
  return (
    path.test(request.url) && response.status === 200 && typeof request.body !== "string" && request.body.background !== true
  );
}

describe.each(SUITES)("what $folder took goes to it unchanged", ({ folder, path, dialect, provider }) => {
  const taken = loadExchanges(folder).filter((exchange) => isTaken(exchange, path));

  test.skipIf(taken.length === 0)(`every recorded request ${NEEDS_RECORDINGS}`, () => {
    for (const { name, request: recorded } of taken) {
      const request = dialect.decodeRequest(recorded.body, new Headers(recorded.headers));
      const warnings: Warning[] = [];
      const model = catalog.lookup(provider.name, request.model ?? "");
      const fitted = fitRequest(request, { provider, model }, (warning) => warnings.push(warning));
      expect({ name, warnings }).toEqual({ name, warnings: [] });
      expect(fitted).toBe(request);
    }
    expect(taken.length).toBeGreaterThan(40);
  });
});
