import { claude } from "./claude.ts";
import { copilot } from "./copilot.ts";
import { gemini } from "./gemini.ts";
import { openai } from "./openai.ts";
import { plain } from "./plain.ts";
import type { Vendor } from "./vendor.ts";

export type * from "./vendor.ts";

/** The vendors of chat APIs, one for each format. */
export const VENDORS: readonly Vendor[] = [claude, gemini, openai, plain];
/** With those that speak another's format. */
export const ALL_VENDORS: readonly Vendor[] = [...VENDORS, copilot];
