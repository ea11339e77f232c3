import { type Agent, toolNamed } from "./agent.ts";

export const claudeCode: Agent = {
  name: "Claude Code",
  package: "@anthropic-ai/claude-code@2.1.197",
  program: "claude",
  ownVendor: "claude",
  start: ({ serverUrl, token, model, prompt, earlier }) => ({
    arguments: [
      ...(earlier === undefined ? [] : ["-c"]),
      "-p",
      prompt,
      "--allowedTools",
      "Bash",
      "--output-format",
      "json",
    ],
    env: {
      ANTHROPIC_BASE_URL: serverUrl,
      ANTHROPIC_AUTH_TOKEN: token,
      ANTHROPIC_MODEL: model,
      ANTHROPIC_DEFAULT_HAIKU_MODEL: model,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      DISABLE_AUTOUPDATER: "1",
    },
  }),
  findTool: toolNamed("Bash"),
  runCommand: (_tool, command) => ({ command, description: "Says something." }),
  readResult(output) {
    const { result }: { result?: unknown } = JSON.parse(output);
    return String(result);
  },
};
