import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "../../src/json/json-object.ts";

/** A call of the server under test. */
export interface AgentCall {
  serverUrl: string;
  token: string;
  model: string;
  prompt: string;
  /** An empty folder that is the agent's home. */
  home: string;
}

/** A coding agent as people use it, without a change. */
export interface Agent {
  name: string;
  /** Exact, so that a run is the same tomorrow. */
  package: string;
  /** The name of its program. */
  program: string;
  /** What the program is started with; files that it reads are written into `home`. */
  start(call: AgentCall): { arguments: string[]; env: Record<string, string> };
  /**
   * The name of its tool that runs a command, as a vendor is offered it, in a request's text;
   * undefined if it offers none.
   */
  findTool(request: string): string | undefined;
  /** The tool's arguments for a command. */
  runCommand(tool: string, command: string): JsonObject;
  /** The last answer's text, from what it writes to standard output. */
  readResult(output: string): string;
}

const claudeCode: Agent = {
  name: "Claude Code",
  package: "@anthropic-ai/claude-code@2.1.197",
  program: "claude",
  start: ({ serverUrl, token, model, prompt }) => ({
    arguments: ["-p", prompt, "--allowedTools", "Bash", "--output-format", "json"],
    env: {
      ANTHROPIC_BASE_URL: serverUrl,
      ANTHROPIC_AUTH_TOKEN: token,
      ANTHROPIC_MODEL: model,
      ANTHROPIC_DEFAULT_HAIKU_MODEL: model,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      DISABLE_AUTOUPDATER: "1",
    },
  }),
  findTool: (request) => (request.includes('"name":"Bash"') ? "Bash" : undefined),
  runCommand: (_tool, command) => ({ command, description: "Says something." }),
  readResult(output) {
    const { result }: { result?: unknown } = JSON.parse(output);
    return String(result);
  },
};

const codex: Agent = {
  name: "Codex",
  package: "@openai/codex@0.171.0",
  program: "codex",
  start({ serverUrl, model, token, prompt, home }) {
    const folder = join(home, ".codex");
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, "config.toml"),
      [
        `model = "${model}"`,
        'model_provider = "server"',
        "[model_providers.server]",
        'name = "server"',
        `base_url = "${serverUrl}/v1"`,
        'env_key = "SERVER_TOKEN"',
        'wire_api = "responses"',
      ].join("\n"),
    );
    return {
      arguments: [
        "exec",
        "--skip-git-repo-check",
        "--dangerously-bypass-approvals-and-sandbox",
        "--json",
        prompt,
      ],
      env: { CODEX_HOME: folder, SERVER_TOKEN: token },
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

export const AGENTS: readonly Agent[] = [claudeCode, codex];
