/**
 * bun scripts/docs/write-parameter-table.ts [--check] — docs/parameters.md from the providers'
 * capabilities lists and the catalog.
 */

import { createCatalog } from "../../src/catalog/index.ts";
import { capabilitiesOf } from "../../src/formats/openai-chat/capabilities.ts";
import { NO_QUIRKS, quirksSchema } from "../../src/formats/openai-chat/quirks.ts";
import { claudeCapabilities } from "../../src/providers/claude/capabilities.ts";
import { BRIDGE_QUIRKS } from "../../src/providers/copilot/quirks.ts";
import { cursorCapabilities } from "../../src/providers/cursor/capabilities.ts";
import { echoCapabilities } from "../../src/providers/echo/capabilities.ts";
import { geminiCapabilities } from "../../src/providers/gemini/capabilities.ts";
import { openaiCapabilities } from "../../src/providers/openai/capabilities.ts";
import { PRESETS } from "../../src/providers/openai-compatible/presets.ts";
import { type Column, renderParameters } from "./parameter-table.ts";
import { writeOrCheck } from "./write-or-check.ts";

/** Every provider, and every way to reach one that takes other things. */
export const COLUMNS: readonly Column[] = [
  { title: "claude", provider: "claude", capabilities: claudeCapabilities },
  { title: "gemini (Gemini API)", provider: "gemini", capabilities: geminiCapabilities("api") },
  { title: "gemini (Vertex)", provider: "gemini", capabilities: geminiCapabilities("vertex") },
  { title: "openai", provider: "openai", capabilities: openaiCapabilities },
  ...PRESETS.map(({ name, quirks }) => ({
    title: name,
    provider: name,
    capabilities: capabilitiesOf(quirksSchema.parse(quirks)),
  })),
  {
    title: "compatible (without quirks)",
    provider: "compatible",
    capabilities: capabilitiesOf(NO_QUIRKS),
  },
  { title: "copilot", provider: "copilot", capabilities: capabilitiesOf(BRIDGE_QUIRKS) },
  { title: "cursor", provider: "cursor", capabilities: cursorCapabilities },
  { title: "echo", provider: "echo", capabilities: echoCapabilities },
];

export const parametersPage = (): string => renderParameters(COLUMNS, createCatalog());

if (import.meta.main) {
  process.exit(
    writeOrCheck("docs/parameters.md", parametersPage(), "write-parameter-table.ts", process.argv),
  );
}
