/** Run by `npm run test:agents`. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mintTestToken, TEST_JWT } from "../support/chat-client.ts";
import type { RunningServer } from "../support/runtimes/runtime.ts";
import { startServer } from "../support/runtimes/start-server.ts";
import { startUpstream, type Upstream, type UpstreamRequest } from "../support/upstream.ts";
import { jsonAnswer } from "../support/upstream-answer.ts";
import { VENDORS, type Vendor } from "../support/vendors/index.ts";
import { AGENTS, type Agent, type AgentCall } from "./agents.ts";
import { installAgents } from "./install-agents.ts";
import { STRICT_CHECKS } from "./strict-requests.ts";

/**
 * Their format is another than the vendor's; with the vendor's own there is nothing to translate.
 */
const OWN_VENDOR: Readonly<Record<string, string>> = { "Claude Code": "claude", Codex: "openai" };
/**
 * Where a stand-in answers with another model than it is asked for by default: Claude Code looks at
 * the name.
 */
const MODELS: Readonly<Record<string, string>> = { openai: "gpt-test" };
const SIGNATURE = "EqQBCkYIBxgCKkD/+a8Zr3+/vLw0b/Kx==";
const REASONING = "I must run two commands.";
/** The commands' outputs are not in the commands. */
const COMMANDS = ["expr 40 + 2", "expr 50 + 5"];
const OUTPUTS = ["42", "55"];
const LAST = "The outputs are forty-two and fifty-five.";
const TURN_MS = 120_000;

const programs = installAgents();

let upstream: Upstream;
let server: RunningServer;
let token: string;

beforeAll(async () => {
  upstream = await startUpstream();
  server = await startServer("bun", {
    ...TEST_JWT,
    ANTHROPIC_API_KEY: "sk-ant-api03-a1b2c3d4e5f6a7b8c9d0",
    ...Object.assign({}, ...VENDORS.map((vendor) => vendor.variables(upstream.url))),
    // Agents send much.
    MAX_BODY_BYTES: "33554432",
    LOG_LEVEL: "off",
  });
  token = await mintTestToken();
});
afterAll(async () => {
  await server?.stop();
  await upstream?.stop();
});

/**
 * The vendor: it refuses what its format does not allow, asks for two commands, and ends once their
 * results are there.
 */
function playVendor(vendor: Vendor, agent: Agent, faults: string[]): void {
  upstream.reset();
  upstream.respond = (request: UpstreamRequest) => {
    const found = STRICT_CHECKS[vendor.name]?.(request.json()) ?? [`no check of ${vendor.name}`];
    if (found.length > 0) {
      faults.push(...found);
      return jsonAnswer(vendor.refusal(400), { status: 400 });
    }
    const tool = agent.findTool(request.text());
    if (!tool || vendor.read(request.json()).resultIds.length > 0)
      return vendor.answer({ text: LAST, signature: SIGNATURE }, request);
    return vendor.answer(
      {
        reasoning: REASONING,
        signature: SIGNATURE,
        text: "I run them.",
        calls: COMMANDS.map((command, at) => ({
          id: `call_${at + 1}`,
          name: tool,
          arguments: agent.runCommand(tool, command),
        })),
      },
      request,
    );
  };
}

async function runAgent(
  agent: Agent,
  call: AgentCall,
): Promise<{ code: number; output: string; log: string }> {
  const { arguments: list, env } = agent.start(call);
  const child = Bun.spawn([join(programs, agent.program), ...list], {
    cwd: call.home,
    env: { PATH: process.env.PATH ?? "", HOME: call.home, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: TURN_MS - 10_000,
  });
  const [output, log] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, output, log };
}

for (const agent of AGENTS) {
  for (const vendor of VENDORS) {
    if (OWN_VENDOR[agent.name] === vendor.name) continue;
    describe(`${agent.name} with ${vendor.name}`, () => {
      test(
        "runs two commands and ends",
        async () => {
          const home = mkdtempSync(join(tmpdir(), "agent-"));
          const faults: string[] = [];
          playVendor(vendor, agent, faults);
          try {
            const { code, output, log } = await runAgent(agent, {
              serverUrl: server.url,
              token,
              model: `${vendor.name}/${MODELS[vendor.name] ?? vendor.model}`,
              prompt: "Run the two commands and tell me what they say.",
              home,
            });
            expect(faults).toEqual([]);
            if (code !== 0) throw new Error(`${output.slice(-3000)}\n${log.slice(-3000)}`);
            expect(agent.readResult(output)).toBe(LAST);
            const last = upstream.requests
              .map((request) => vendor.read(request.json()))
              .findLast(({ results }) => results.length > 0);
            expect(last?.callIds).toEqual(["call_1", "call_2"]);
            expect([...(last?.resultIds ?? [])].sort()).toEqual(["call_1", "call_2"]);
            for (const [at, id] of ["call_1", "call_2"].entries())
              expect(last?.results[last.resultIds.indexOf(id)]).toContain(OUTPUTS[at] ?? "");
            // A vendor that signs nothing wants the reasoning itself.
            expect(last?.signatures).toContain(vendor.name === "plain" ? REASONING : SIGNATURE);
          } finally {
            rmSync(home, { recursive: true, force: true });
          }
        },
        TURN_MS,
      );
    });
  }
}
