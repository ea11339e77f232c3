import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { createRemoteKeys } from "../../../src/auth/remote-keys.ts";
import { ChatError } from "../../../src/errors/chat-error.ts";

const MINUTE = 60_000;

async function createJwk(kid: string) {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const { kty, crv, x } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  return { kty, crv, x, kid, use: "sig", alg: "EdDSA" };
}

describe("a remote key set", () => {
  let answer: () => Response;
  let fetches: number;
  let now: number;
  const server = Bun.serve({
    port: 0,
    fetch() {
      fetches += 1;
      return answer();
    },
  });
  const url = `http://127.0.0.1:${server.port}/jwks.json`;
  const open = () =>
    createRemoteKeys(url, { fetch: (input, init) => fetch(input, init), now: () => now });

  beforeEach(() => {
    fetches = 0;
    now = 1_790_000_000_000;
  });
  afterAll(() => server.stop(true));

  const serve = (...keys: unknown[]) => {
    answer = () => Response.json({ keys });
  };
  const idsOf = async (keys: ReturnType<typeof open>, id: string) =>
    (await keys.resolve(id, "EdDSA")).map((key) => key.id);

  test("is fetched once and kept", async () => {
    serve(await createJwk("a"));
    const keys = open();
    await keys.prepare();
    for (let call = 0; call < 50; call++) expect(await idsOf(keys, "a")).toEqual(["a"]);
    expect(fetches).toBe(1);
  });

  test("is fetched anew for a key that it does not have, at most twice a minute", async () => {
    const [first, second] = [await createJwk("a"), await createJwk("b")];
    serve(first);
    const keys = open();
    await keys.prepare();
    serve(first, second);
    for (let call = 0; call < 20; call++) expect(await idsOf(keys, `unknown-${call}`)).toEqual([]);
    expect(fetches).toBe(1);
    now += 31_000;
    expect(await idsOf(keys, "b")).toEqual(["b"]);
    expect(fetches).toBe(2);
    // The signer has taken its old key away.
    serve(second);
    now += 11 * MINUTE;
    expect(await idsOf(keys, "a")).toEqual([]);
  });

  test.each([
    ["fails", () => new Response("no", { status: 500 })],
    ["redirects", () => Response.redirect("http://127.0.0.1:1/", 302)],
    ["answers with a page", () => new Response("<html>")],
    ["answers with no keys", () => Response.json({ keys: [] })],
    ["answers with a name twice", () => new Response('{"keys":[],"keys":[]}')],
    ["answers without end", () => new Response("x".repeat(100_000))],
  ])("is used on while its server %s, for a day", async (_name, broken) => {
    serve(await createJwk("a"));
    const keys = open();
    await keys.prepare();
    answer = broken;
    for (let hour = 1; hour <= 23; hour++) {
      now += 60 * MINUTE;
      expect(await idsOf(keys, "a")).toEqual(["a"]);
    }
    expect(fetches).toBe(24);
    now += 2 * 60 * MINUTE;
    const refused = await idsOf(keys, "a").then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(refused).toBeInstanceOf(ChatError);
    expect(refused).toMatchObject({ code: "keys_unavailable", status: 503 });
  });

  test("leaves out keys that verify nothing here", async () => {
    const key = await createJwk("a");
    const others = [
      { ...key, kid: "enc", use: "enc" },
      { kty: "oct", kid: "secret", k: "AAAA" },
      { ...key, kid: undefined },
      "text",
    ];
    serve(...others, key);
    const keys = open();
    expect(await idsOf(keys, "a")).toEqual(["a"]);
    expect(await idsOf(keys, "enc")).toEqual([]);
    expect((await keys.resolve(undefined, "EdDSA")).map(({ id }) => id)).toEqual(["a"]);
  });
});
