import type { Agent } from "./agent.ts";
import { claudeCode } from "./claude-code.ts";
import { cline } from "./cline.ts";
import { codexes } from "./codex.ts";
import { openCodes } from "./opencode.ts";
import { pis } from "./pi.ts";
import { qwenCodes } from "./qwen-code.ts";

export const AGENTS: readonly Agent[] = [
  claudeCode,
  ...codexes,
  ...openCodes,
  ...pis,
  ...qwenCodes,
  cline,
];
