import { afterEach, beforeEach, expect, test } from "bun:test";
import { resolve } from "node:path";
import { Miniflare } from "miniflare";
import { createServiceAccount } from "../../support/google-credentials.ts";
import { startUpstream, type Upstream } from "../../support/upstream.ts";
import { type Answer, jsonAnswer, silentAnswer } from "../../support/upstream-answer.ts";

const account = await createServiceAccount();
const bundle = await Bun.build({
  entrypoints: [resolve(import.meta.dir, "../../support/workers/token-worker.ts")],
  target: "browser",
});
const code = await bundle.outputs[0]?.text();

let server: Upstream;
let worker: Miniflare;
let url: URL;

beforeEach(async () => {
  server = await startUpstream();
  worker = new Miniflare({
    host: "127.0.0.1",
    modules: [{ type: "ESModule", path: "worker.js", contents: code ?? "" }],
    compatibilityDate: "2026-07-01",
    compatibilityFlags: ["enable_request_signal"],
    bindings: {
      GOOGLE_APPLICATION_CREDENTIALS_JSON: JSON.stringify(account.file),
      GOOGLE_TOKEN_URL: `${server.url}/token`,
    },
  });
  url = await worker.ready;
});
afterEach(async () => {
  await worker.dispose();
  await server.stop();
});

function token(value: string, delayMs = 0): Answer {
  return jsonAnswer({ access_token: value, expires_in: 3599 }, { delayMs });
}

async function ask(signal?: AbortSignal): Promise<unknown> {
  const response = await fetch(url, signal ? { signal } : {});
  return response.status === 200 ? response.json() : response.text();
}

test("many requests on workerd wait for the exchange of one", async () => {
  server.enqueue(token("token", 200));
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask()));
  expect(answers).toEqual(Array(20).fill({ authorization: "Bearer token" }));
  expect(await ask()).toEqual({ authorization: "Bearer token" });
  expect(server.requests).toHaveLength(1);
});

test("requests on workerd do not hang when the request that runs the exchange ends", async () => {
  server.enqueue(silentAnswer(), token("second"));
  const controller = new AbortController();
  const leader = ask(controller.signal).catch((thrown: unknown) => thrown);
  await server.waitForRequests(1);
  const waiting = Promise.all(Array.from({ length: 5 }, () => ask()));
  await Bun.sleep(200);
  controller.abort();
  expect(await leader).toMatchObject({ name: "AbortError" });
  expect(await waiting).toEqual(Array(5).fill({ authorization: "Bearer second" }));
  expect(server.requests).toHaveLength(2);
});
