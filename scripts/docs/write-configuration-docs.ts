/**
 * bun scripts/docs/write-configuration-docs.ts [--check] — docs/configuration.md from the schema of
 * the environment.
 */

import * as z from "zod/mini";
import { answersEnv } from "../../src/answers/env.ts";
import { authEnv, policyEnv } from "../../src/auth/env.ts";
import { catalogEnv } from "../../src/catalog/overrides.ts";
import { envSchema } from "../../src/config.ts";
import { googleEnv } from "../../src/google/env.ts";
import { ledgerEnv } from "../../src/ledger/env.ts";
import { limitsEnv } from "../../src/limits/env.ts";
import { otelEnv } from "../../src/otel/env.ts";
import { claudeEnv } from "../../src/providers/claude/env.ts";
import { copilotEnv } from "../../src/providers/copilot/env.ts";
import { cursorEnv } from "../../src/providers/cursor/env.ts";
import { geminiEnv } from "../../src/providers/gemini/env.ts";
import { openaiEnv } from "../../src/providers/openai/env.ts";
import { openaiCompatibleEnv } from "../../src/providers/openai-compatible/env.ts";
import { routingEnv } from "../../src/routing/env.ts";
import { storeEnv } from "../../src/store/env.ts";
import { telemetryEnv } from "../../src/telemetry/env.ts";
import { renderConfiguration, type Section } from "./configuration-page.ts";
import { writeOrCheck } from "./write-or-check.ts";

/**
 * The names of a provider's own variables: those of Google's credentials open several providers,
 * and have a section of their own.
 */
function ownNames(settings: object): string[] {
  return Object.keys(settings).filter((name) => !(name in googleEnv));
}

const SECTIONS: readonly Section[] = [
  { title: "Tokens of the callers", names: Object.keys(authEnv) },
  { title: "Ledger", names: Object.keys(ledgerEnv) },
  { title: "Metrics", names: Object.keys(telemetryEnv) },
  { title: "OpenTelemetry", names: Object.keys(otelEnv) },
  { title: "Policies and limits", names: [...Object.keys(policyEnv), ...Object.keys(limitsEnv)] },
  { title: "Store", names: Object.keys(storeEnv) },
  { title: "Kept answers and webhooks", names: Object.keys(answersEnv) },
  { title: "Claude", names: ownNames(claudeEnv) },
  { title: "Gemini", names: ownNames(geminiEnv) },
  { title: "Google Cloud (Gemini and Claude on Vertex AI)", names: Object.keys(googleEnv) },
  { title: "OpenAI", names: Object.keys(openaiEnv) },
  { title: "Cursor", names: Object.keys(cursorEnv) },
  { title: "Copilot", names: Object.keys(copilotEnv) },
  { title: "OpenAI-compatible servers", names: Object.keys(openaiCompatibleEnv) },
  { title: "Models", names: Object.keys(catalogEnv) },
  { title: "Routing", names: Object.keys(routingEnv) },
];

export const configurationPage = (): string =>
  renderConfiguration(z.extend(envSchema, otelEnv), SECTIONS);

if (import.meta.main) {
  process.exit(
    writeOrCheck(
      "docs/configuration.md",
      configurationPage(),
      "write-configuration-docs.ts",
      process.argv,
    ),
  );
}
