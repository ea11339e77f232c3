import { beforeAll, describe, expect, test } from "bun:test";
import { createKeyRing, createUnnamedKeySource } from "../../../src/auth/key-source.ts";
import { createPolicyReader } from "../../../src/auth/policy.ts";
import { createSecretKey } from "../../../src/auth/secret-key.ts";
import { createTokenVerifier } from "../../../src/auth/verify-token.ts";
import { judge } from "../../support/judge-token.ts";
import { base64url, claims, HS256_HEADER, NOW, signHs256, TEST_SECRET } from "../../support/jwt.ts";

const READ_POLICY = createPolicyReader({});
const RULES = {
  issuer: "oneshot",
  audience: "ai-server",
  toleranceSeconds: 30,
  maxLifetimeSeconds: 86_400,
};
const OTHER_SECRET = "k2-secret-fedcba9876543210fedcba9876543210";

/** A verifier with one secret and no memory of earlier tokens. */
function verify(token: string, nowSeconds = NOW): Promise<string> {
  const keys = createUnnamedKeySource(createSecretKey(TEST_SECRET, null));
  return judge(async () =>
    createTokenVerifier(keys, RULES, READ_POLICY, () => nowSeconds * 1000)(token),
  );
}

function withClaims(changes: Record<string, unknown>): string {
  return signHs256(HS256_HEADER, JSON.stringify(claims(changes)));
}

function withHeader(header: string): string {
  return signHs256(header, JSON.stringify(claims()));
}

/** The claims as text, with one more member in front. */
function withRawMember(member: string): string {
  return signHs256(HS256_HEADER, JSON.stringify(claims()).replace("{", `{${member},`));
}

describe("a token is accepted", () => {
  test.each<[string, Record<string, unknown>, string]>([
    ["as it should be", {}, "app"],
    ["without sub: the issuer stands for it", { sub: undefined }, "oneshot"],
    [
      "with nothing but what is required",
      { sub: undefined, iat: undefined, nbf: undefined, jti: undefined },
      "oneshot",
    ],
    ["with a list of audiences", { aud: ["other", "ai-server"] }, "app"],
    ["from a clock that is 30 s ahead", { iat: NOW + 30, nbf: NOW + 30 }, "app"],
    ["29 s after it expired", { exp: NOW - 29 }, "app"],
    ["with times that are not whole", { exp: NOW + 60.5, iat: NOW - 0.25 }, "app"],
    ["that lives for just the cap", { exp: NOW + 86_400 }, "app"],
    ["with further claims", { scope: "chat", limits: { rpm: 5 } }, "app"],
    ["with a subject of other scripts", { sub: "użytkownik 用户 😀" }, "użytkownik 用户 😀"],
  ])("%s", async (_name, changes, subject) => {
    expect(await verify(withClaims(changes))).toBe(`accepted: ${subject}`);
  });

  test.each([
    '{"alg":"HS256"}',
    '{"typ":"jwt","alg":"HS256"}',
    '{"alg":"HS256","typ":"at+jwt"}',
    '{"alg":"HS256","typ":"application/at+JWT"}',
  ])("with the header %s", async (header) => {
    expect(await verify(withHeader(header))).toBe("accepted: app");
  });

  test("and becomes its principal", async () => {
    const keys = createUnnamedKeySource(createSecretKey(TEST_SECRET, null));
    const principal = await createTokenVerifier(
      keys,
      RULES,
      READ_POLICY,
      () => NOW * 1000,
    )(withClaims({ limits: { rpm: 5 } }));
    expect(principal).toMatchObject({
      subject: "app",
      issuer: "oneshot",
      tokenId: "t-1",
      issuedAt: NOW,
      expiresAt: NOW + 3600,
      claims: claims({ limits: { rpm: 5 } }),
    });
    expect(Object.isFrozen(principal.claims)).toBe(true);
  });
});

describe("a token is refused for its form", () => {
  const good = withClaims({});
  const [header = "", payload = "", signature = ""] = good.split(".");

  test.each([
    ["empty", ""],
    ["two segments", `${header}.${payload}`],
    ["four segments", `${good}.${signature}`],
    ["an empty segment", `${header}..${signature}`],
    ["no signature", `${header}.${payload}.`],
    ["padding", `${good}=`],
    ["white space before", ` ${good}`],
    ["a line end", `${good}\n`],
    [
      "a tab inside of the signature",
      `${header}.${payload}.${signature.slice(0, 9)}\t${signature.slice(9)}`,
    ],
    ["base64 instead of base64url", `${header}.${payload}.${"+/".repeat(21)}A`],
    ["five characters in a group of four", `${header}.${payload}.AAAAA`],
    ["JSON serialization", JSON.stringify({ protected: header, payload, signature })],
  ])("%s", async (_name, token) => {
    expect(await verify(token)).toBe("refused: token_malformed");
  });

  test("another text for the same signature (unused low bits)", async () => {
    const last = signature.at(-1) ?? "";
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const twin = alphabet[alphabet.indexOf(last) + 1];
    expect(Buffer.from(signature, "base64url")).toEqual(
      Buffer.from(signature.slice(0, -1) + twin, "base64url"),
    );
    expect(await verify(`${header}.${payload}.${signature.slice(0, -1)}${twin}`)).toBe(
      "refused: token_malformed",
    );
  });

  test("8193 characters", async () => {
    expect(await verify(withClaims({ filler: "x".repeat(7000) }))).toBe("refused: token_too_long");
    expect(await verify("a.".repeat(100_000))).toBe("refused: token_too_long");
  });
});

describe("a token is refused for its header", () => {
  test.each([
    ['{"alg":"none","typ":"JWT"}', "key_unknown"],
    ['{"alg":"NoNe"}', "key_unknown"],
    ['{"alg":"hs256"}', "key_unknown"],
    ['{"alg":"HS256 "}', "key_unknown"],
    ['{"alg":"HS512"}', "key_unknown"],
    ['{"alg":"RS256"}', "key_unknown"],
    ['{"alg":"dir"}', "key_unknown"],
    ['{"typ":"JWT"}', "algorithm_refused"],
    ['{"alg":["HS256"]}', "algorithm_refused"],
    ['{"alg":null}', "algorithm_refused"],
    ['{"alg":"HS256","typ":"dpop+jwt"}', "type_refused"],
    ['{"alg":"HS256","typ":"logout+jwt"}', "type_refused"],
    ['{"alg":"HS256","typ":"JWE"}', "type_refused"],
    ['{"alg":"HS256","typ":null}', "type_refused"],
    ['{"alg":"HS256","kid":7}', "key_id_invalid"],
    ['{"alg":"HS256","kid":null}', "key_id_invalid"],
    [`{"alg":"HS256","kid":"${"k".repeat(129)}"}`, "key_id_invalid"],
    ['{"alg":"HS256","kid":""}', "key_unknown"],
    ['{"alg":"HS256","kid":"../../dev/null"}', "key_unknown"],
    ['{"alg":"HS256","kid":"constructor"}', "key_unknown"],
    ['{"alg":"HS256","kid":"k1\\u0000"}', "key_unknown"],
    ['{"alg":"HS256","crit":["exp"]}', "header_member_refused"],
    ['{"alg":"HS256","b64":false}', "header_member_refused"],
    ['{"alg":"HS256","b64":false,"crit":["b64"]}', "header_member_refused"],
    ['{"alg":"HS256","jku":"https://evil.example/jwks"}', "header_member_refused"],
    ['{"alg":"HS256","jwk":{"kty":"oct","k":"AA"}}', "header_member_refused"],
    ['{"alg":"HS256","x5c":["MIIB"]}', "header_member_refused"],
    ['{"alg":"HS256","cty":"JWT"}', "header_member_refused"],
    ['{"alg":"HS256","zip":"DEF"}', "header_member_refused"],
    ['{"alg":"none","alg":"HS256"}', "header_invalid:duplicate_name"],
    ['{"alg":"HS256","__proto__":{"typ":"JWT"}}', "header_invalid:proto_name"],
    ['["HS256"]', "header_invalid:not_an_object"],
    ["null", "header_invalid:not_an_object"],
    ['{"alg":"HS256"', "header_invalid:syntax"],
    ['\uFEFF{"alg":"HS256"}', "header_invalid:byte_order_mark"],
  ])("%s", async (header, reason) => {
    expect(await verify(withHeader(header))).toBe(`refused: ${reason}`);
  });

  test("bytes that are not UTF-8", async () => {
    expect(await verify(signHs256(Uint8Array.of(0x22, 0xff, 0x22), "{}"))).toBe(
      "refused: header_invalid:utf8",
    );
  });
});

describe("a token is refused for its claims", () => {
  test.each<[string, Record<string, unknown>, string]>([
    ["no exp", { exp: undefined }, "claim_missing:exp"],
    ["exp as text", { exp: String(NOW + 60) }, "claim_invalid:exp"],
    ["exp null", { exp: null }, "claim_invalid:exp"],
    ["exp past by the tolerance", { exp: NOW - 30 }, "expired"],
    ["exp in milliseconds", { exp: (NOW + 60) * 1000 }, "lifetime_too_long"],
    ["exp far away, without iat", { exp: NOW + 86_431, iat: undefined }, "lifetime_too_long"],
    [
      "a lifetime of one second more than the cap",
      { exp: NOW + 86_390, iat: NOW - 11 },
      "lifetime_too_long",
    ],
    ["iat in the future", { iat: NOW + 31 }, "issued_in_the_future"],
    ["iat as text", { iat: String(NOW) }, "claim_invalid:iat"],
    ["nbf in the future", { nbf: NOW + 31 }, "not_yet_valid"],
    ["nbf as a list", { nbf: [NOW] }, "claim_invalid:nbf"],
    ["no iss", { iss: undefined }, "claim_missing:iss"],
    ["another iss", { iss: "Oneshot" }, "issuer_mismatch"],
    ["iss with a slash", { iss: "oneshot/" }, "issuer_mismatch"],
    ["iss as a list", { iss: ["oneshot"] }, "claim_invalid:iss"],
    ["no aud", { aud: undefined }, "claim_missing:aud"],
    ["another aud", { aud: "ai-server-2" }, "audience_mismatch"],
    ["aud without ours", { aud: [] }, "audience_mismatch"],
    ["aud with a number in it", { aud: ["ai-server", 1] }, "claim_invalid:aud"],
    ["aud as an object", { aud: { 0: "ai-server" } }, "claim_invalid:aud"],
    ["sub as a number", { sub: 7 }, "claim_invalid:sub"],
    ["sub null", { sub: null }, "claim_invalid:sub"],
    ["sub empty", { sub: "" }, "claim_invalid:sub"],
    ["sub blank", { sub: " " }, "claim_invalid:sub"],
    ["sub of 256 characters", { sub: "s".repeat(256) }, "claim_invalid:sub"],
    ["sub with a line end", { sub: "app\r\nx: y" }, "claim_invalid:sub"],
    ["sub with a reversed direction", { sub: "app\u202Enimda" }, "claim_invalid:sub"],
    ["sub with a line separator", { sub: "app\u2028x" }, "claim_invalid:sub"],
    ["jti as a number", { jti: 7 }, "claim_invalid:jti"],
    ["cnf", { cnf: { jkt: "x" } }, "proof_of_possession_unsupported"],
  ])("%s", async (_name, changes, reason) => {
    expect(await verify(withClaims(changes))).toBe(`refused: ${reason}`);
  });

  test.each([
    ['"exp":1', "payload_invalid:duplicate_name"],
    ['"\\u0073ub":"admin"', "payload_invalid:duplicate_name"],
    ['"__proto__":{"admin":true}', "payload_invalid:proto_name"],
    ['"x":"\\ud800"', "payload_invalid:lone_surrogate"],
    [`"x":${"[".repeat(32)}${"]".repeat(32)}`, "payload_invalid:depth"],
  ])("%s", async (member, reason) => {
    expect(await verify(withRawMember(member))).toBe(`refused: ${reason}`);
  });

  test.each(["1e999", "-1e999"])("exp %s", async (time) => {
    const payload = JSON.stringify(claims()).replace(/"exp":\d+/, `"exp":${time}`);
    expect(await verify(signHs256(HS256_HEADER, payload))).toBe("refused: claim_invalid:exp");
  });

  test.each(["[1]", "1", "null", '"text"'])("%s for claims", async (payload) => {
    expect(await verify(signHs256(HS256_HEADER, payload))).toBe(
      "refused: payload_invalid:not_an_object",
    );
  });
});

describe("a token is refused for its signature", () => {
  test.each([
    ["of another secret", signHs256(HS256_HEADER, JSON.stringify(claims()), OTHER_SECRET)],
    ["of an empty secret", signHs256(HS256_HEADER, JSON.stringify(claims()), "")],
    [
      "of the secret decoded from base64",
      signHs256(HS256_HEADER, JSON.stringify(claims()), atob("azEtc2VjcmV0")),
    ],
    [
      "of other claims",
      withClaims({}).replace(
        /\.[^.]+\./,
        `.${base64url(JSON.stringify(claims({ sub: "admin" })))}.`,
      ),
    ],
    ["cut short", withClaims({}).slice(0, -3)],
  ])("%s", async (_name, token) => {
    expect(await verify(token)).toBe("refused: signature_invalid");
  });
});

describe("a ring of keys", () => {
  const ring = createKeyRing([
    { ...createSecretKey(TEST_SECRET, "k1"), id: "k1" },
    { ...createSecretKey(OTHER_SECRET, "k2"), id: "k2" },
  ]);
  const verifyWithRing = (token: string) =>
    judge(async () => createTokenVerifier(ring, RULES, READ_POLICY, () => NOW * 1000)(token));
  const sign = (kid: string | undefined, secret: string) =>
    signHs256(JSON.stringify({ alg: "HS256", typ: "JWT", kid }), JSON.stringify(claims()), secret);

  test.each([
    ["k1", TEST_SECRET, "accepted: app"],
    ["k2", OTHER_SECRET, "accepted: app"],
    [undefined, TEST_SECRET, "accepted: app"],
    [undefined, OTHER_SECRET, "accepted: app"],
    ["k1", OTHER_SECRET, "refused: signature_invalid"],
    ["K1", TEST_SECRET, "refused: key_unknown"],
    ["k3", TEST_SECRET, "refused: key_unknown"],
    ["toString", TEST_SECRET, "refused: key_unknown"],
    [undefined, "k3-secret-0123456789abcdef0123456789abcdef", "refused: signature_invalid"],
  ])("kid %p", async (kid, secret, expected) => {
    expect(await verifyWithRing(sign(kid, secret))).toBe(expected);
  });
});

describe("a token that was verified before", () => {
  let verifications = 0;
  let nowSeconds = NOW;
  let verifyAgain: (token: string) => Promise<string>;

  beforeAll(() => {
    const key = createSecretKey(TEST_SECRET, null);
    const counted = createUnnamedKeySource({
      ...key,
      load() {
        verifications++;
        return key.load();
      },
    });
    const verifier = createTokenVerifier(counted, RULES, READ_POLICY, () => nowSeconds * 1000);
    verifyAgain = (token) => judge(async () => verifier(token));
  });

  test("needs no cryptography", async () => {
    const token = withClaims({});
    expect(await verifyAgain(token)).toBe("accepted: app");
    const before = verifications;
    expect(await verifyAgain(token)).toBe("accepted: app");
    expect(verifications).toBe(before);
  });

  test("is refused once it has expired, and while the clock is before its time", async () => {
    const token = withClaims({ sub: "timed", exp: NOW + 100 });
    for (const [time, expected] of [
      [NOW, "accepted: timed"],
      [NOW + 129, "accepted: timed"],
      [NOW + 130, "refused: expired"],
      [NOW - 30, "accepted: timed"],
      [NOW - 31, "refused: issued_in_the_future"],
      [NOW, "accepted: timed"],
    ] as const) {
      nowSeconds = time;
      expect([time, await verifyAgain(token)]).toEqual([time, expected]);
    }
    nowSeconds = NOW;
  });

  test("does not make another token valid", async () => {
    const token = withClaims({ sub: "first" });
    expect(await verifyAgain(token)).toBe("accepted: first");
    const [header, , signature] = token.split(".");
    const forged = `${header}.${base64url(JSON.stringify(claims({ sub: "admin" })))}.${signature}`;
    expect(await verifyAgain(forged)).toBe("refused: signature_invalid");
    expect(await verifyAgain(forged)).toBe("refused: signature_invalid");
  });

  test("is verified again once the cache has been cleared", async () => {
    const token = withClaims({ sub: "kept" });
    await verifyAgain(token);
    const tokens = Array.from({ length: 1000 }, (_, number) =>
      withClaims({ jti: `flood-${number}` }),
    );
    for (const other of tokens) await verifyAgain(other);
    const before = verifications;
    expect(await verifyAgain(token)).toBe("accepted: kept");
    expect(verifications).toBe(before + 1);
  });
});
