import type { Agent } from "./agent.ts";
import { claudeCode } from "./claude-code.ts";
import { cline } from "./cline.ts";
import { codexes } from "./codex.ts";
import { openCodes } from "./opencode.ts";
import { pis } from "./pi.ts";
import { qwenCodes } from "./qwen-code.ts";

const ALL: readonly Agent[] = [claudeCode, ...codexes, ...openCodes, ...pis, ...qwenCodes, cline];

/** `TEST_AGENTS`: the programs to run, separated by commas. Default: all of them. */
const wanted = process.env.TEST_AGENTS?.split(",");

export const AGENTS = ALL.filter(({ program }) => wanted?.includes(program) ?? true);
