import { anthropicExchanges } from "./anthropic.ts";
import { completionExchangesByServer } from "./chat-completions.ts";
import type { Exchange } from "./exchange.ts";
import { googleExchanges } from "./google.ts";
import { responsesExchanges } from "./responses.ts";

/** Exchanges written from the vendors' documented formats, by provider. */
export const WRITTEN_EXCHANGES: Readonly<Record<string, readonly Exchange[]>> = {
  anthropic: anthropicExchanges,
  google: googleExchanges,
  ...completionExchangesByServer,
  "openai-responses": responsesExchanges,
};
