/** bun scripts/write-parameter-table.ts [--check] — docs/parameters.md from the providers' support lists and the catalog. */
import { NO_QUIRKS, quirksSchema } from "../src/formats/openai-chat/quirks.ts";
import { supportOf } from "../src/formats/openai-chat/support.ts";
import { claudeSupport } from "../src/providers/claude/support.ts";
import { BRIDGE_QUIRKS } from "../src/providers/copilot/quirks.ts";
import { cursorSupport } from "../src/providers/cursor/support.ts";
import { echoSupport } from "../src/providers/echo/support.ts";
import { geminiSupport } from "../src/providers/gemini/support.ts";
import { openaiSupport } from "../src/providers/openai/support.ts";
import { PRESETS } from "../src/providers/openai-compatible/presets.ts";
import { createCatalog } from "../src/routing/catalog/index.ts";
import { type Column, renderParameters } from "./parameter-table.ts";
import { writeOrCheck } from "./write-or-check.ts";

/** Every provider, and every way to reach one that takes other things. */
export const COLUMNS: readonly Column[] = [
  { title: "claude", provider: "claude", support: claudeSupport },
  { title: "gemini (Gemini API)", provider: "gemini", support: geminiSupport("api") },
  { title: "gemini (Vertex)", provider: "gemini", support: geminiSupport("vertex") },
  { title: "openai", provider: "openai", support: openaiSupport },
  ...PRESETS.map(({ name, quirks }) => ({ title: name, provider: name, support: supportOf(quirksSchema.parse(quirks)) })),
  { title: "compatible (without quirks)", provider: "compatible", support: supportOf(NO_QUIRKS) },
  { title: "copilot", provider: "copilot", support: supportOf(BRIDGE_QUIRKS) },
  { title: "cursor", provider: "cursor", support: cursorSupport },
  { title: "echo", provider: "echo", support: echoSupport },
];

export const parametersPage = (): string => renderParameters(COLUMNS, createCatalog());

if (import.meta.main) {
  process.exit(writeOrCheck("docs/parameters.md", parametersPage(), "write-parameter-table.ts", process.argv));
}
