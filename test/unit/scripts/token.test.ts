import { describe, expect, test } from "bun:test";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseClaims, parseTtl, UsageError } from "../../../scripts/dev/token-options.ts";
import { createAuthenticator } from "../../../src/auth/create-authenticator.ts";
import { parseAuthConfig } from "../../../src/auth/env.ts";
import { TEST_SECRET } from "../../support/jwt.ts";

const script = resolve(import.meta.dir, "../../../scripts/dev/token.ts");

function runScript(
  args: string[],
  env: Record<string, string>,
): { out: string; err: string; code: number } {
  // A clean environment in another folder: neither the machine's variables nor its .env take part.
  const { stdout, stderr, exitCode } = Bun.spawnSync([process.execPath, script, ...args], {
    env,
    cwd: import.meta.dir,
  });
  return { out: stdout.toString(), err: stderr.toString(), code: exitCode };
}

describe("npm run token", () => {
  test("prints a token that the server takes, and nothing else", async () => {
    const env = { JWT_SECRET: TEST_SECRET, JWT_ISSUER: "elixir-app" };
    const { out, err, code } = runScript(
      ["--sub", "worker-7", "--ttl", "30m", "--claim", "tier=gold", "--claim", 'limits={"rpm":5}'],
      env,
    );
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const request = new Request("http://localhost/", {
      headers: { authorization: `Bearer ${out.trim()}` },
    });
    const principal = await createAuthenticator(parseAuthConfig(env), {
      fetch,
      now: Date.now,
    }).authenticate(request);
    expect(principal).toMatchObject({
      subject: "worker-7",
      issuer: "elixir-app",
      claims: { aud: "ai-server", tier: "gold", limits: { rpm: 5 } },
    });
    expect(principal.expiresAt - Date.now() / 1000).toBeGreaterThan(1700);
  });

  test("puts a policy file into the token, and explains it", () => {
    const env = { JWT_SECRET: TEST_SECRET };
    const file = join(mkdtempSync(join(tmpdir(), "policy-")), "policy.json");
    const ai = { tenant: "acme", limits: [{ per: "tenant", usd: 2.5, window: "1mo" }] };
    writeFileSync(file, JSON.stringify(ai));
    const minted = runScript(["--policy", file, "--scope", "chat"], env);
    expect(minted.code).toBe(0);
    const token = minted.out.trim();
    const { out } = runScript(["inspect", token], env);
    expect(out).toContain("Accepted.");
    expect(out).toContain("tenant   acme");
    expect(out).toContain("scope    chat\n");
    expect(out).toContain("2.5 dollars per tenant and UTC month");
    const other = runScript(["inspect", token], { JWT_SECRET: `${TEST_SECRET}x` });
    expect(other.out).toContain("Refused: signature_invalid");
    expect(runScript(["inspect", token], {}).out).toContain("Not verified: no key is set");
    expect(runScript(["inspect", "abc"], env).out).toContain("It is no token");

    writeFileSync(file, '{"limit": []}');
    const refused = runScript(["--policy", file], env);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("limit is not a member of a policy");

    writeFileSync(file, '{"limits": [}');
    expect(runScript(["--policy", file], env).err).toContain("see line 1, column 13");
  });

  test.each([
    [[], {}, "JWT_SECRET is not set"],
    [[], { JWT_SECRET: "secret" }, "JWT_SECRET is 6 bytes long"],
    [
      ["--ttl", "25h"],
      { JWT_SECRET: TEST_SECRET },
      "--ttl is longer than JWT_MAX_LIFETIME_SECONDS",
    ],
    [["--ttl", "soon"], { JWT_SECRET: TEST_SECRET }, "--ttl must be a number"],
    [["--claim", "exp=1"], { JWT_SECRET: TEST_SECRET }, "--claim cannot set exp"],
    [["--colour", "red"], { JWT_SECRET: TEST_SECRET }, "Unknown option '--colour'"],
    [
      [],
      {
        JWT_PUBLIC_KEY:
          '{"kty":"OKP","crv":"Ed25519","x":"JOYKBZ_WlF3oBQowbMygG1-AY8DLmOv1FU-sfY0x0tk"}',
      },
      "JWT_PUBLIC_KEY is set, so only the holder of its private key",
    ],
  ])("%j with %.40j fails and says why", (args, env, message) => {
    const { out, err, code } = runScript(args, env);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toStartWith(message);
    expect(err).not.toContain(TEST_SECRET);
  });
});

describe("the options of npm run token", () => {
  test("read durations", () => {
    expect(["45s", "15m", "1h", "7d"].map(parseTtl)).toEqual([45, 900, 3600, 604_800]);
    for (const text of ["", "1", "0h", "-1h", "1.5h", "1w", "1h "])
      expect(() => parseTtl(text)).toThrow(UsageError);
  });

  test("read claims as JSON where they are JSON", () => {
    expect(parseClaims(["a=1", "b=true", 'c={"d":[1]}', "e=x=y", "f="])).toEqual({
      a: 1,
      b: true,
      c: { d: [1] },
      e: "x=y",
      f: "",
    });
    for (const pair of ["a", "=1", "__proto__=1", "iss=me"])
      expect(() => parseClaims([pair])).toThrow(UsageError);
  });
});
