/** Run by `npm run test:agents`. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mintTestToken, TEST_JWT } from "../support/chat-client.ts";
import type { RunningServer } from "../support/runtimes/runtime.ts";
import { startServer } from "../support/runtimes/start-server.ts";
import { startUpstream, type Upstream, type UpstreamRequest } from "../support/upstream.ts";
import { type Answer, jsonAnswer } from "../support/upstream-answer.ts";
import { VENDORS, type Vendor } from "../support/vendors/index.ts";
import type { Agent, AgentCall } from "./agent.ts";
import { AGENTS } from "./agents.ts";
import { installAgents } from "./install-agents.ts";
import { STRICT_CHECKS } from "./strict-requests.ts";

/**
 * Where a stand-in answers with another model than it is asked for by default: Claude Code looks at
 * the name.
 */
const MODELS: Readonly<Record<string, string>> = {
  claude: "claude-sonnet-5-5",
  openai: "gpt-test",
};
/** What the vendor signs the reasoning of each step with. */
const SIGNATURES = ["EqQBCkYIBxgCKkD/+a8Zr3+/vLw0b/Kx==", "CrUBCkYIBxgCKkC+/9f1b3/AhzM0d/Qy=="];
/** Gemini signs texts as well. */
const TEXT_SIGNATURE = "EnQBCkYIBxgCKkAtext+8Zr3/vLw0b/Kx==";
const REASONINGS = ["I must run two commands.", "The last command is missing."];
/** Steps of one turn; the commands' outputs are not in the commands. */
const STEPS = [["expr 40 + 2", "expr 50 + 5"], ["expr 60 + 6"]];
const OUTPUTS = ["42", "55", "66"];
/** As long as the vendors' own, so that no other conversation has them. */
const IDS = ["call_Hx81kQzLmT02aa", "call_Hx81kQzLmT02ab", "call_Hx81kQzLmT02ac"];
const LAST = "The outputs are forty-two, fifty-five and sixty-six.";
const SECOND_PROMPT = "What do you say to that?";
const SECOND_LAST = "That there is nothing more to say.";
const FIXED_IDS = /\b(msg|rs|resp|chatcmpl|google)[_-]1\b/g;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const TURN_MS = 120_000;

const programs = installAgents();

let upstream: Upstream;
let server: RunningServer;

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
});
afterAll(async () => {
  await server?.stop();
  await upstream?.stop();
});

/**
 * The vendor: it refuses what its format does not allow, asks for commands in two steps, and ends
 * once their results are there.
 */
function playVendor(vendor: Vendor, agent: Agent, faults: string[]): void {
  upstream.reset();
  upstream.respond = (request: UpstreamRequest) => {
    // In its own vendor's format an agent's words reach the vendor as they are, new fields and all.
    const own = agent.ownVendor === vendor.name;
    const found = own
      ? []
      : (STRICT_CHECKS[vendor.name]?.(request.json()) ?? [`no check of ${vendor.name}`]);
    if (found.length > 0) {
      faults.push(...found);
      return jsonAnswer(vendor.refusal(400), { status: 400 });
    }
    const answered = vendor.read(request.json()).resultIds.length;
    const second = request.text().includes(SECOND_PROMPT);
    const at = answered === 0 ? 0 : 1;
    const tool = agent.findTool(request.text());
    if (!tool || answered >= OUTPUTS.length)
      return withNewId(
        vendor.answer({ text: second ? SECOND_LAST : LAST, signature: TEXT_SIGNATURE }, request),
      );
    return withNewId(
      vendor.answer(
        {
          reasoning: REASONINGS[at] ?? "",
          signature: SIGNATURES[at] ?? "",
          text: "I run them.",
          calls: (STEPS[at] ?? []).map((command, index) => ({
            id: IDS[answered + index] ?? "",
            name: tool,
            arguments: agent.runCommand(tool, command),
          })),
        },
        request,
      ),
    );
  };
}

/** Agents join answers of the same id; the stand-ins' are always the same. */
function withNewId(answer: Answer): Answer {
  const id = crypto.randomUUID().slice(0, 8);
  const pieces = answer.pieces.map((piece) =>
    piece instanceof Uint8Array
      ? encoder.encode(decoder.decode(piece).replace(FIXED_IDS, `$1-${id}`))
      : piece,
  );
  return { ...answer, pieces };
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
    describe(`${agent.name} with ${vendor.name}`, () => {
      test(
        "runs commands in two steps, ends, and goes on in a second turn",
        async () => {
          const home = mkdtempSync(join(tmpdir(), "agent-"));
          const faults: string[] = [];
          playVendor(vendor, agent, faults);
          // What the server remembers of one cell must not help the next.
          const token = await mintTestToken({ sub: `${agent.name} ${vendor.name}` });
          const model = `${vendor.name}/${MODELS[vendor.name] ?? vendor.model}`;
          const base = { serverUrl: server.url, token, model, home };
          try {
            const prompt = "Run the commands and tell me what they say.";
            const first = await runAgent(agent, { ...base, prompt });
            expect(faults).toEqual([]);
            if (first.code !== 0)
              throw new Error(`${first.output.slice(-3000)}\n${first.log.slice(-3000)}`);
            expect(agent.readResult(first.output)).toContain(LAST);
            checkConversation(vendor);
            const again = { ...base, prompt: SECOND_PROMPT, earlier: first.output };
            const second = await runAgent(agent, again);
            expect(faults).toEqual([]);
            if (second.code !== 0)
              throw new Error(`${second.output.slice(-3000)}\n${second.log.slice(-3000)}`);
            expect(agent.readResult(second.output)).toContain(SECOND_LAST);
            checkConversation(vendor);
          } finally {
            rmSync(home, { recursive: true, force: true });
          }
        },
        2 * TURN_MS,
      );
    });
  }
}

/** The last request with results had all calls, each with its result, and all reasoning. */
function checkConversation(vendor: Vendor): void {
  const last = upstream.requests
    .map((request) => vendor.read(request.json()))
    .findLast(({ results }) => results.length > 0);
  expect(last?.callIds).toEqual(IDS);
  expect([...(last?.resultIds ?? [])].sort()).toEqual(IDS);
  for (const [at, id] of IDS.entries())
    expect(last?.results[last.resultIds.indexOf(id)]).toContain(OUTPUTS[at] ?? "");
  // A vendor that signs nothing wants the reasoning itself.
  for (const proof of vendor.name === "plain" ? REASONINGS : SIGNATURES)
    expect(last?.signatures).toContain(proof);
}
