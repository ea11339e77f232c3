// What is measured: the upstream itself, the programs of bench/peers, and builds of the server, on
// each runtime, without limits and with them.
import { basename, resolve } from "node:path";
import { mintTestToken, TEST_JWT } from "../test/support/chat-client.ts";
import { hasRedis, startRedis } from "../test/support/redis-server.ts";
import type { Runtime } from "../test/support/runtimes/runtime.ts";
import {
  type Env,
  type Program,
  root,
  startPeer,
  startScript,
  startServer,
} from "./start-program.ts";

export const PEERS = ["thin", "lean", "zod-jose"] as const;
export const THIS = "this server";

/** `option`: the server as another variant, with something besides. */
type Kind = "direct" | "peer" | "server" | "option";

export interface Variant {
  name: string;
  runtime: Runtime;
  kind: Kind;
  path: string;
  headers: Record<string, string>;
  /** `env` comes on top of what the variant needs. */
  start(env?: Env): Promise<Program>;
}

export interface Build {
  name: string;
  folder: string;
}

export function listBuilds(against: string | undefined): Build[] {
  const own = { name: THIS, folder: root };
  if (against === undefined) return [own];
  const folder = resolve(against);
  return [own, { name: basename(folder), folder }];
}

/** No call reaches these: what is measured is what it takes to count. */
const LIMITS = [
  { per: "subject", requests: 1_000_000_000, window: "1m" },
  { per: "subject", concurrent: 1_000_000 },
  { per: "tenant", tokens: 1_000_000_000, window: "1m" },
];

async function authorize(claims: Record<string, unknown> = {}): Promise<Record<string, string>> {
  const authorization = `Bearer ${await mintTestToken(claims)}`;
  return { "content-type": "application/json", authorization };
}

export interface Setting {
  variants: readonly Variant[];
  peerEnv: Record<string, string>;
  serverEnv: Record<string, string>;
  headers: Record<string, string>;
  stop(): Promise<void>;
}

/** Starts what the variants need, and lists them. */
export async function prepareVariants(
  runtimes: readonly Runtime[],
  builds: readonly Build[],
  otel: boolean,
): Promise<Setting> {
  const upstream = await startScript("upstream.ts");
  const redis = hasRedis ? await startRedis() : undefined;
  const collector = otel ? await startScript("collector.ts") : undefined;
  const headers = await authorize();
  const limited = await authorize({ ai: { tenant: "bench", limits: LIMITS } });
  const peerEnv = { ...TEST_JWT, UPSTREAM: upstream.url };
  const serverEnv = {
    ...TEST_JWT,
    ANTHROPIC_API_KEY: "sk-ant-api03-bench",
    ANTHROPIC_BASE_URL: upstream.url,
  };

  function listServers(runtime: Runtime, { name, folder }: Build): Variant[] {
    const common = { runtime, path: "/chat" };
    const start = (env?: Env) => startServer(folder, runtime, { ...serverEnv, ...env });
    const option = (what: string, more: Partial<Variant>): Variant => ({
      ...{ ...common, name: `${name}, ${what}`, kind: "option", headers, start },
      ...more,
    });
    const store = runtime === "workers" ? "a Durable Object" : "memory";
    const variants: Variant[] = [
      { ...common, name, kind: "server", headers, start },
      option(`limits in ${store}`, { headers: limited }),
    ];
    if (redis && runtime !== "workers")
      variants.push(
        option("limits in Redis", {
          headers: limited,
          start: (env) => start({ REDIS_URL: redis.url, ...env }),
        }),
      );
    if (collector)
      variants.push(
        option("OpenTelemetry", {
          start: (env) => start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...env }),
        }),
      );
    return variants;
  }

  const listPeers = (runtime: Runtime): Variant[] =>
    PEERS.map((name) => ({
      ...{ name, runtime, kind: "peer", path: "/", headers },
      start: (env) => startPeer(name, runtime, { ...peerEnv, ...env }),
    }));

  return {
    variants: [
      {
        ...{ name: "direct", runtime: "bun", kind: "direct", path: "/v1/messages", headers },
        start: async () => ({ ...upstream, stop: async () => {} }),
      },
      ...runtimes.flatMap((runtime) => [
        ...listPeers(runtime),
        ...builds.flatMap((build) => listServers(runtime, build)),
      ]),
    ],
    peerEnv,
    serverEnv,
    headers,
    async stop() {
      await Promise.all([upstream, redis, collector].map((program) => program?.stop()));
    },
  };
}
