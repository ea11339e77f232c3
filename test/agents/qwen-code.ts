import { type Agent, type AgentCall, toolNamed } from "./agent.ts";

/** Qwen Code with one of the two APIs that it speaks. */
function qwenCode(
  dialect: string,
  authType: string,
  ownVendor: Agent["ownVendor"],
  env: (call: AgentCall) => Record<string, string>,
): Agent {
  return {
    name: `Qwen Code, ${dialect}`,
    package: "@qwen-code/qwen-code@0.15.10",
    program: "qwen",
    ownVendor,
    start: (call) => ({
      arguments: [
        ...(call.earlier === undefined ? [] : ["--continue"]),
        "--yolo",
        "--auth-type",
        authType,
        "--model",
        call.model,
        "-p",
        call.prompt,
      ],
      env: env(call),
    }),
    findTool: toolNamed("run_shell_command"),
    runCommand: (_tool, command) => ({ command, is_background: false }),
    readResult: (output) => output,
  };
}

export const qwenCodes: readonly Agent[] = [
  qwenCode("chat", "openai", "plain", ({ serverUrl, token, model }) => ({
    OPENAI_BASE_URL: `${serverUrl}/v1`,
    OPENAI_API_KEY: token,
    OPENAI_MODEL: model,
  })),
  qwenCode("messages", "anthropic", "claude", ({ serverUrl, token, model }) => ({
    ANTHROPIC_BASE_URL: serverUrl,
    ANTHROPIC_API_KEY: token,
    ANTHROPIC_MODEL: model,
  })),
];
