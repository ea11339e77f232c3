import { afterAll } from "bun:test";
import { type Conformance, describeConformance } from "../conformance/conformance.ts";
import type { Caller, CallerKind } from "../support/callers/index.ts";
import { mintTestToken } from "../support/chat-client.ts";
import { type CursorStandIn, startCursorStandIn } from "../support/cursor-stand-in.ts";
import type { Runtime } from "../support/runtimes/runtime.ts";
import { ALL_VENDORS, type ScriptedAnswer, type Vendor } from "../support/vendors/index.ts";

/**
 * Headers of streams go out after this time without content; short, so that what happens after it
 * can be waited for.
 */
const COMMIT_AFTER_MS = 1500;

/** A server with every provider, the vendors behind it, and client libraries in front. */
export interface Stage extends Conformance {
  readonly cursor: CursorStandIn;
  /** A valid token. */
  readonly token: string;
  caller(kind: CallerKind, token?: string): Caller;
  /** The vendor gives these answers in turn, and nothing after them. */
  play(vendor: Vendor, ...answers: readonly ScriptedAnswer[]): void;
}

/** Registers the suites for one runtime. */
export async function describeClients(
  runtime: Runtime,
  suites: readonly ((stage: Stage) => void)[],
): Promise<void> {
  const cursor = await startCursorStandIn();
  const validToken = await mintTestToken();

  function createStage(conformance: Conformance): Stage {
    const { upstream, main } = conformance;
    return {
      ...conformance,
      cursor,
      token: validToken,
      caller: (kind, token = validToken) => kind.create({ url: main.server.url, token }),
      play(vendor, ...answers) {
        upstream.reset();
        const left = [...answers];
        upstream.respond = (request) => {
          const answer = left.shift();
          if (!answer) throw new Error(`${vendor.name} was asked once too often`);
          return vendor.answer(answer, request);
        };
      },
    };
  }

  await describeConformance(
    runtime,
    suites.map((describeSuite) => (conformance) => describeSuite(createStage(conformance))),
    ({ url }) => ({
      ...Object.assign({}, ...ALL_VENDORS.map((vendor) => vendor.variables(url))),
      COMMIT_AFTER_MS: String(COMMIT_AFTER_MS),
      CURSOR_API_KEY: "crsr_test",
      CURSOR_BASE_URL: cursor.url,
    }),
  );
  afterAll(() => cursor.stop());
}
