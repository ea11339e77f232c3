import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CopilotClient,
  type CopilotClientOptions,
  type CopilotSession,
  type ModelInfo,
  RuntimeConnection,
  type SessionConfig,
} from "@github/copilot-sdk";
import { runtimeGone } from "./bridge-error.ts";
import { runtimeEnv } from "./runtime-env.ts";
import type { Settings } from "./settings.ts";

/** GitHub's Copilot runtime, started on first use and restarted after a crash. */
export interface Runtime {
  createSession(config: SessionConfig): Promise<CopilotSession>;
  /** Deletes everything that the runtime keeps of a session. */
  deleteSession(sessionId: string): Promise<void>;
  listModels(): Promise<ModelInfo[]>;
  /** Whether GitHub accepts the token; true if that cannot be determined. */
  isAuthenticated(): Promise<boolean>;
  isAlive(): Promise<boolean>;
  stop(): Promise<void>;
}

const CLIENT_INFO = { applicationName: "ai-server-copilot-bridge", applicationVersion: "0.1.0" };
/** A runtime that does not answer for this long is dead, however busy the machine. */
const PING_TIMEOUT_MS = 10_000;

export function createRuntime(
  settings: Pick<Settings, "gitHubToken" | "runtime">,
  env: Readonly<Record<string, string | undefined>>,
): Runtime {
  let started: Promise<CopilotClient> | undefined;
  /** The client that `started` resolved to. */
  let current: CopilotClient | undefined;
  let folder: Promise<string> | undefined;

  async function connect(): Promise<CopilotClient> {
    // Sessions, logs and settings are in a folder of their own, which is deleted when this program
    // stops.
    folder ??= settings.runtime ? undefined : mkdtemp(join(tmpdir(), "copilot-bridge-"));
    const client = new CopilotClient(await clientOptions(settings, env, await folder));
    await client.start();
    current = client;
    return client;
  }
  function start(): Promise<CopilotClient> {
    if (started) return started;
    const starting = connect();
    started = starting;
    starting.catch((error: unknown) => {
      if (started === starting) started = undefined;
      console.error(
        `the Copilot runtime does not start: ${error instanceof Error ? error.message : typeof error}`,
      );
    });
    return starting;
  }
  function forget(client: CopilotClient): void {
    // Several answers may find the same runtime dead; its successor must not be discarded with it.
    if (current === client) started = undefined;
    client.forceStop().catch(() => {});
  }

  async function use<T>(work: (client: CopilotClient) => Promise<T>): Promise<T> {
    const client = await start().catch(() => {
      throw runtimeGone();
    });
    try {
      return await work(client);
    } catch (error) {
      if (await answersPing(client)) throw error;
      forget(client);
      throw runtimeGone();
    }
  }

  return {
    createSession: (config) =>
      use((client) =>
        client.createSession(
          settings.runtime && settings.gitHubToken
            ? { ...config, gitHubToken: settings.gitHubToken }
            : config,
        ),
      ),
    deleteSession: (sessionId) => use((client) => client.deleteSession(sessionId)),
    listModels: () => use((client) => client.listModels()),
    async isAuthenticated() {
      const status = await use((client) => client.getAuthStatus()).catch(() => undefined);
      return status?.isAuthenticated ?? true;
    },
    async isAlive() {
      const client = await started?.catch(() => undefined);
      if (!client) return false;
      if (await answersPing(client)) return true;
      forget(client);
      return false;
    },
    async stop() {
      const client = await started?.catch(() => undefined);
      started = undefined;
      await client?.forceStop().catch(() => {});
      if (folder) await rm(await folder, { recursive: true, force: true });
    },
  };
}

async function clientOptions(
  { runtime, gitHubToken }: Pick<Settings, "gitHubToken" | "runtime">,
  env: Readonly<Record<string, string | undefined>>,
  folder: string | undefined,
): Promise<CopilotClientOptions> {
  // "empty" is the SDK's mode for multi-user servers: every ability of the agent is off unless
  // requested.
  const common: CopilotClientOptions = {
    mode: "empty",
    logLevel: "error",
    clientInfo: CLIENT_INFO,
  };
  if (runtime) {
    const { address, token } = runtime;
    return {
      ...common,
      connection: RuntimeConnection.forUri(
        address,
        token === null ? {} : { connectionToken: token },
      ),
    };
  }
  if (folder === undefined || gitHubToken === null) throw new Error("there is no token");
  const workingDirectory = join(folder, "work");
  await mkdir(workingDirectory, { recursive: true });
  return {
    ...common,
    gitHubToken,
    useLoggedInUser: false,
    baseDirectory: join(folder, "home"),
    workingDirectory,
    env: runtimeEnv(env, folder),
  };
}

async function answersPing(client: CopilotClient): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), PING_TIMEOUT_MS);
  });
  const ping = client.ping().then(
    () => true,
    () => false,
  );
  const alive = await Promise.race([ping, late]);
  clearTimeout(timer);
  return alive;
}
