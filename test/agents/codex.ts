import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Agent, AgentCall } from "./agent.ts";

/** Codex with a provider of one's own in its settings, or with its built-in one sent elsewhere. */
function codex(name: string, settings: (call: AgentCall) => string[]): Agent {
  return {
    name,
    package: "@openai/codex@0.171.0",
    program: "codex",
    ownVendor: "openai",
    start(call) {
      const folder = join(call.home, ".codex");
      mkdirSync(folder, { recursive: true });
      const lines = [`model = "${call.model}"`, ...settings(call)];
      writeFileSync(join(folder, "config.toml"), lines.join("\n"));
      writeFileSync(join(folder, "auth.json"), JSON.stringify({ OPENAI_API_KEY: call.token }));
      return {
        arguments: [
          "exec",
          "--skip-git-repo-check",
          "--dangerously-bypass-approvals-and-sandbox",
          "--json",
          ...(call.earlier === undefined ? [] : ["resume", "--last"]),
          call.prompt,
        ],
        env: { CODEX_HOME: folder, SERVER_TOKEN: call.token },
      };
    },
    findTool: (request) => /"name":"((?:functions__)?exec_command)"/.exec(request)?.[1],
    runCommand: (_tool, command) => ({ cmd: command }),
    readResult(output) {
      const events = output
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line): { item?: { type?: string; text?: string } } => JSON.parse(line));
      return events.findLast(({ item }) => item?.type === "agent_message")?.item?.text ?? "";
    },
  };
}

export const codexes: readonly Agent[] = [
  codex("Codex, own provider", ({ serverUrl }) => [
    'model_provider = "server"',
    "[model_providers.server]",
    'name = "server"',
    `base_url = "${serverUrl}/v1"`,
    'env_key = "SERVER_TOKEN"',
    'wire_api = "responses"',
  ]),
  codex("Codex, built-in provider", ({ serverUrl }) => [`openai_base_url = "${serverUrl}/v1"`]),
];
