import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Agent, toolNamed } from "./agent.ts";

/** opencode with one of the packages by which it reaches a server of one's own. */
function opencode(dialect: string, npm: string, ownVendor: Agent["ownVendor"]): Agent {
  return {
    name: `opencode, ${dialect}`,
    package: "opencode-ai@1.18.33",
    program: "opencode",
    ownVendor,
    start({ serverUrl, token, model, prompt, home, earlier }) {
      const limit = { context: 200_000, output: 32_000 };
      writeFileSync(
        join(home, "opencode.json"),
        JSON.stringify({
          autoupdate: false,
          share: "disabled",
          small_model: `server/${model}`,
          provider: {
            server: {
              npm,
              options: { baseURL: `${serverUrl}/v1`, apiKey: token },
              models: { [model]: { reasoning: true, tool_call: true, limit } },
            },
          },
        }),
      );
      return {
        arguments: [
          "run",
          ...(earlier === undefined ? [] : ["--continue"]),
          "--model",
          `server/${model}`,
          prompt,
        ],
        env: { OPENCODE_DISABLE_MODELS_FETCH: "1", OPENCODE_DISABLE_AUTOUPDATE: "1" },
      };
    },
    findTool: toolNamed("bash"),
    runCommand: (_tool, command) => ({ command, description: "Says something" }),
    readResult: (output) => output,
  };
}

export const openCodes: readonly Agent[] = [
  opencode("chat", "@ai-sdk/openai-compatible", "plain"),
  opencode("responses", "@ai-sdk/openai", "openai"),
  opencode("messages", "@ai-sdk/anthropic", "claude"),
];
