import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Agent } from "./agent.ts";

export const cline: Agent = {
  name: "Cline",
  package: "cline@3.0.65",
  program: "cline",
  ownVendor: "plain",
  start({ serverUrl, token, model, prompt, home, earlier }) {
    const folder = join(home, ".cline/data/settings");
    mkdirSync(folder, { recursive: true });
    const provider = "openai-compatible";
    const settings = { provider, apiKey: token, model, baseUrl: `${serverUrl}/v1` };
    const updatedAt = new Date().toISOString();
    writeFileSync(
      join(folder, "providers.json"),
      JSON.stringify({
        version: 1,
        lastUsedProvider: provider,
        modes: {},
        providers: { [provider]: { settings, updatedAt, tokenSource: "manual" } },
      }),
    );
    const session = /"sessionId":"([^"]+)"/.exec(earlier ?? "")?.[1];
    return {
      arguments: [
        "--json",
        "--provider",
        provider,
        "--model",
        model,
        "--thinking",
        "medium",
        ...(session === undefined ? [] : ["--id", session]),
        prompt,
      ],
      env: { CLINE_TELEMETRY_DISABLED: "1" },
    };
  },
  findTool: (request) => /"name":"(run_commands|execute_command|bash)"/.exec(request)?.[1],
  runCommand: (tool, command) =>
    tool === "run_commands" ? { commands: [command] } : { command, requires_approval: false },
  readResult: (output) => output,
};
