import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Agent, toolNamed } from "./agent.ts";

/** pi with one of the APIs that it speaks; the base of Anthropic's has no `/v1`. */
function pi(dialect: string, api: string, base: string, ownVendor: Agent["ownVendor"]): Agent {
  return {
    name: `pi, ${dialect}`,
    package: "@mariozechner/pi-coding-agent@0.73.1",
    program: "pi",
    ownVendor,
    start({ serverUrl, token, model, prompt, home, earlier }) {
      const folder = join(home, ".pi/agent");
      mkdirSync(folder, { recursive: true });
      const server = {
        baseUrl: `${serverUrl}${base}`,
        api,
        apiKey: token,
        models: [{ id: model, reasoning: true, contextWindow: 200_000, maxTokens: 32_000 }],
      };
      writeFileSync(join(folder, "models.json"), JSON.stringify({ providers: { server } }));
      return {
        arguments: [
          ...(earlier === undefined ? [] : ["--continue"]),
          "--provider",
          "server",
          "--model",
          model,
          "--thinking",
          "medium",
          "--offline",
          "-p",
          prompt,
        ],
        env: { PI_OFFLINE: "1" },
      };
    },
    findTool: toolNamed("bash"),
    runCommand: (_tool, command) => ({ command }),
    readResult: (output) => output,
  };
}

export const pis: readonly Agent[] = [
  pi("chat", "openai-completions", "/v1", "plain"),
  pi("responses", "openai-responses", "/v1", "openai"),
  pi("messages", "anthropic-messages", "", "claude"),
];
