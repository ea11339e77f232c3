import { afterAll, describe, expect, test } from "bun:test";
import { type ChatClient, createChatClient, TEST_JWT } from "../support/chat-client.ts";
import type { RunningServer, Runtime, StartOptions } from "../support/runtimes/runtime.ts";
import { startServer } from "../support/runtimes/start-server.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";

/** Secrets of the servers under test. None of them may ever be in an answer or a log. */
const CANARIES: Readonly<Record<string, string>> = {
  ...TEST_JWT,
  ANTHROPIC_API_KEY: "sk-ant-api03-canary-a1b2c3d4e5f6a7b8c9d0",
};
/** Part of the prompts that the tests send; it may be in answers (echo) but never in a log. */
export const PROMPT_CANARY = "prompt-canary-5ea5hell";

/** Heartbeats as often as a test can wait for; one in production comes every 5 s. */
export const HEARTBEAT_MS = 250;

export type Settings = Readonly<Record<string, string | undefined>>;

function dropUndefined(settings: Settings): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}

/** A server under test and a caller of it. */
export interface Subject {
  server: RunningServer;
  client: ChatClient;
}

/** Everything that the suites of one runtime use. */
export interface Conformance {
  readonly runtime: Runtime;
  /** The upstream that the servers take for Claude. */
  readonly upstream: Upstream;
  /** The server that most tests share. */
  readonly main: Subject;
  /**
   * Starts another server, with other settings; an undefined one is left out. Servers end with the
   * suite, and all of them are searched for secrets.
   */
  start(env?: Settings, options?: StartOptions): Promise<Subject>;
}

/**
 * Starts a runtime's main server. The tests of it are registered by {@link describeConformance}.
 */
async function startConformance(
  runtime: Runtime,
  chooseSettings: (upstream: Upstream) => Settings,
): Promise<Conformance & { subjects: Subject[] }> {
  const upstream = await startUpstream();
  const subjects: Subject[] = [];

  async function start(env: Settings = {}, options: StartOptions = {}): Promise<Subject> {
    const settings: Settings = {
      ...CANARIES,
      ANTHROPIC_BASE_URL: upstream.url,
      HEARTBEAT_MS: String(HEARTBEAT_MS),
      RETRY_MAX: "0",
      LOG_LEVEL: "debug",
      ...chooseSettings(upstream),
      ...env,
    };
    const server = await startServer(runtime, dropUndefined(settings), options);
    const subject = { server, client: await createChatClient(server.url) };
    subjects.push(subject);
    return subject;
  }

  return { runtime, upstream, subjects, start, main: await start() };
}

/**
 * The behaviour of the server as a caller sees it, on one runtime. Each suite describes a part of
 * it. `chooseSettings` gives all of its servers settings of their own.
 */
export async function describeConformance(
  runtime: Runtime,
  suites: readonly ((conformance: Conformance) => void)[],
  chooseSettings: (upstream: Upstream) => Settings = () => ({}),
): Promise<void> {
  const conformance = await startConformance(runtime, chooseSettings);
  const { upstream } = conformance;
  describe(`the server on ${runtime}`, () => {
    for (const describeSuite of suites) describeSuite(conformance);

    describe("after all of the above", () => {
      test("the servers still run", () => {
        for (const { server } of conformance.subjects) {
          if (server.died()) throw new Error(`a server died:\n${server.logs()}`);
        }
      });

      test("the log is lines of JSON, and does not tell where the upstream is", async () => {
        await Bun.sleep(200);
        for (const { server } of conformance.subjects) {
          for (const line of server.logs().split("\n")) {
            if (line === "" || line.startsWith("AI server: http")) continue;
            expect(() => JSON.parse(line), line).not.toThrow();
            expect(line).not.toContain(new URL(upstream.url).host);
          }
        }
      });

      test("no secret is in an answer or a log", async () => {
        // Servers write their logs some time after.
        await Bun.sleep(200);
        expect(conformance.subjects.length).toBeGreaterThan(0);
        for (const { server, client } of conformance.subjects) {
          const said = `${client.transcript()}\n${server.logs()}`;
          for (const [name, secret] of Object.entries(CANARIES)) {
            if (name === "JWT_ISSUER" || name === "JWT_AUDIENCE") continue;
            for (const form of [
              secret,
              encodeURIComponent(secret),
              btoa(secret).replace(/=+$/, ""),
            ]) {
              if (said.includes(form)) throw new Error(`${name} leaked`);
            }
          }
          expect(server.logs()).not.toContain(PROMPT_CANARY);
        }
      });
    });

    afterAll(async () => {
      await Promise.all(conformance.subjects.map(({ server }) => server.stop()));
      await conformance.upstream.stop();
    });
  });
}
