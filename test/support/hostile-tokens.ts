import { createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { base64url, HS256_HEADER, NOW, TEST_SECRET } from "./jwt.ts";
import type { JwtCases, VectorKey } from "./jwt-vectors.ts";

// Tokens as attackers, broken libraries and Joken make them: RFC 7515, 7519 and 8725 say what is to
// be refused. The clock is NOW; Joken's own defaults are the sound ones.

const SECRETS = { k1: TEST_SECRET, k2: "k2-secret-fedcba9876543210fedcba9876543210" };
const RETIRED = "k0-secret-00000000000000000000000000000000";

interface KeyPair {
  publicKey: KeyObject;
  privateKey: KeyObject;
}

const ec: KeyPair = generateKeyPairSync("ec", { namedCurve: "P-256" });
const rsa: KeyPair = generateKeyPairSync("rsa", { modulusLength: 2048 });
const attacker: KeyPair = generateKeyPairSync("rsa", { modulusLength: 2048 });

function publicJwk({ publicKey }: KeyPair, kid: string, alg: string): VectorKey {
  const jwk = publicKey.export({ format: "jwk" });
  return { ...jwk, kty: String(jwk.kty), kid, alg };
}

function secretJwk(kid: keyof typeof SECRETS): VectorKey {
  return { kid, kty: "oct", alg: "HS256", k: base64url(SECRETS[kid]) };
}

const CLAIMS = {
  iss: "Joken",
  aud: "Joken",
  sub: "app",
  exp: NOW + 7200,
  iat: NOW,
  nbf: NOW,
  jti: "t-1",
};

function withClaims(changes: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...CLAIMS, ...changes });
}

/** The claims with one of them as this text, which JSON.stringify would not write. */
function withRawClaim(name: string, text: string): string {
  const { [name]: _, ...rest } = CLAIMS as Record<string, unknown>;
  return `{"${name}":${text},${JSON.stringify(rest).slice(1)}`;
}

type Content = string | Uint8Array;

function mac(
  header: Content,
  payload: Content = withClaims({}),
  secret: string | Uint8Array = SECRETS.k1,
): string {
  const signed = `${base64url(header)}.${base64url(payload)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

function macWith(fields: Readonly<Record<string, unknown>>, payload?: Content): string {
  return mac(JSON.stringify({ alg: "HS256", typ: "JWT", ...fields }), payload);
}

function macClaims(changes: Readonly<Record<string, unknown>>): string {
  return mac(HS256_HEADER, withClaims(changes));
}

function signed(
  fields: Readonly<Record<string, unknown>>,
  { privateKey }: KeyPair,
  dsaEncoding: "ieee-p1363" | "der" = "ieee-p1363",
): string {
  const text = `${base64url(JSON.stringify({ typ: "JWT", ...fields }))}.${base64url(withClaims({}))}`;
  const bytes = sign("sha256", Buffer.from(text), { key: privateKey, dsaEncoding });
  return `${text}.${bytes.toString("base64url")}`;
}

const GOOD = mac(HS256_HEADER);
const [HEADER = "", PAYLOAD = "", SIGNATURE = ""] = GOOD.split(".");
const ES256 = signed({ alg: "ES256", kid: "e1" }, ec);
const RSA_PEM = String(rsa.publicKey.export({ type: "spki", format: "pem" }));
const RSA_DER = rsa.publicKey.export({ type: "spki", format: "der" });
const ATTACKERS_JWK = publicJwk(attacker, "e1", "RS256");

const ACCEPTED: Readonly<Record<string, string>> = {
  "Joken's defaults": GOOD,
  "Joken's defaults with a key's name": macWith({ kid: "k1" }),
  "the second active key": mac('{"alg":"HS256","typ":"JWT","kid":"k2"}', undefined, SECRETS.k2),
  "typ before alg": mac('{"typ":"JWT","alg":"HS256"}'),
  "no typ": mac('{"alg":"HS256"}'),
  "ours among the audiences": macClaims({ aud: ["another", "Joken"] }),
  "further claims": macClaims({ roles: ["admin"], nested: { a: [1, null] } }),
  "issued 5 s ahead, within the tolerance": macClaims({ iat: NOW + 5, nbf: NOW + 5 }),
  "ended 5 s ago, within the tolerance": macClaims({
    exp: NOW - 5,
    iat: NOW - 600,
    nbf: NOW - 600,
  }),
  "a subject beyond ASCII": macClaims({ sub: "Zoë 🎉" }),
  ES256: ES256,
  RS256: signed({ alg: "RS256", kid: "r1" }, rsa),
};

const ALGORITHMS: Readonly<Record<string, string>> = Object.fromEntries([
  ...["none", "None", "nOnE", "NONE", "none ", "none\u0000"].map((alg) => [
    `alg ${JSON.stringify(alg)} without a signature`,
    `${base64url(JSON.stringify({ alg, typ: "JWT" }))}.${PAYLOAD}.`,
  ]),
  ...[
    "none",
    "hs256",
    "HS256 ",
    "HS1",
    "HS512",
    "RS256",
    "",
    "A256KW",
    256,
    null,
    {},
    ["HS256"],
  ].map((alg) => [`alg ${JSON.stringify(alg)} over an HS256 MAC`, macWith({ alg })]),
  ["no alg", mac('{"typ":"JWT"}')],
  ["two algs, none first", mac('{"alg":"none","alg":"HS256","typ":"JWT"}')],
  ["two algs, none last", mac('{"alg":"HS256","alg":"none","typ":"JWT"}')],
]);

const KEYS: Readonly<Record<string, string>> = {
  "a MAC keyed with the RSA key's PEM": mac('{"alg":"HS256","kid":"r1"}', undefined, RSA_PEM),
  "a MAC keyed with the RSA key's DER": mac('{"alg":"HS256","kid":"r1"}', undefined, RSA_DER),
  "a MAC keyed with nothing": mac(HS256_HEADER, undefined, ""),
  'a MAC keyed with "null"': mac(HS256_HEADER, undefined, "null"),
  "a retired key": mac('{"alg":"HS256","kid":"k0"}', undefined, RETIRED),
  "a retired key under the name of an active one": mac(
    '{"alg":"HS256","kid":"k1"}',
    undefined,
    RETIRED,
  ),
  "RS256 of an attacker": signed({ alg: "RS256", kid: "r1" }, attacker),
  "ES256 in DER": signed({ alg: "ES256", kid: "e1" }, ec, "der"),
  "ES256 whose signature is zero": `${ES256.split(".").slice(0, 2).join(".")}.${base64url(new Uint8Array(64))}`,
  "the key in the header": signed({ alg: "RS256", kid: "r1", jwk: ATTACKERS_JWK }, attacker),
  ...Object.fromEntries(
    [
      "/dev/null",
      "k1' OR '1'='1",
      "__proto__",
      "toString",
      "k1 ",
      "",
      "k".repeat(10_000),
      1,
      {},
      null,
    ].map((kid) => [`kid ${JSON.stringify(kid).slice(0, 20)}`, macWith({ kid })]),
  ),
};

const HEADERS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["jku", "x5u"].flatMap((name) =>
      ["http://127.0.0.1:9/jwks", "file:///etc/passwd"].map((url) => [
        `${name} ${url}`,
        macWith({ [name]: url }),
      ]),
    ),
  ),
  x5c: macWith({ x5c: [base64url(RSA_DER)] }),
  jwk: macWith({ jwk: secretJwk("k1") }),
  "crit, empty": macWith({ crit: [] }),
  "crit with b64": macWith({ crit: ["b64"], b64: true }),
  "crit with something unknown": macWith({ crit: ["exp"], exp: 1 }),
  "cty JWT, a token in a token": macWith({ cty: "JWT" }, GOOD),
  "typ dpop+jwt": macWith({ typ: "dpop+jwt" }),
  "typ secevent+jwt": macWith({ typ: "secevent+jwt" }),
  "a list as header": mac('["HS256"]'),
  "a text as header": mac('"HS256"'),
  "a byte order mark before the header": mac(`\ufeff${HS256_HEADER}`),
};

const FORMS: Readonly<Record<string, string>> = {
  "one part": HEADER,
  "two parts": `${HEADER}.${PAYLOAD}`,
  "four parts": `${GOOD}.x`,
  "100,000 parts": ".".repeat(100_000),
  nothing: "x",
  "only dots": "..",
  "an empty header": `.${PAYLOAD}.${SIGNATURE}`,
  "an empty payload": `${HEADER}..${SIGNATURE}`,
  "an empty signature": `${HEADER}.${PAYLOAD}.`,
  "a padded signature": `${GOOD}=`,
  "a signature that is cut": GOOD.slice(0, -4),
  "a signature with another letter": `${HEADER}.${PAYLOAD}.${SIGNATURE.startsWith("A") ? "B" : "A"}${SIGNATURE.slice(1)}`,
  "standard base64": GOOD.replace(SIGNATURE, `${SIGNATURE.slice(0, -2)}+/`),
  "a line break after it": `${GOOD}\n`,
  "a tab in the signature": `${GOOD.slice(0, -3)}\t${GOOD.slice(-3)}`,
  "a null byte": `${GOOD}\u0000`,
  "quotes around it": `"${GOOD}"`,
  "wide dots": GOOD.replaceAll(".", "\uff0e"),
  "JSON in place of the compact form": JSON.stringify({
    payload: PAYLOAD,
    protected: HEADER,
    signature: SIGNATURE,
  }),
  "an encrypted token's five parts": `${GOOD}.a.b`,
};

const TIMES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["exp", "nbf", "iat"].flatMap((name) =>
      ["null", "[1800000000]", '"1800000000"', "1e999", "true", "{}"].map((text) => [
        `${name} ${text}`,
        mac(HS256_HEADER, withRawClaim(name, text)),
      ]),
    ),
  ),
  "no exp": macClaims({ exp: undefined }),
  "exp 0": macClaims({ exp: 0 }),
  "exp below 0": macClaims({ exp: -1 }),
  "exp in milliseconds": macClaims({ exp: (NOW + 3600) * 1000 }),
  "exp 1e308": mac(HS256_HEADER, withRawClaim("exp", "1e308")),
  ended: macClaims({ exp: NOW - 60, iat: NOW - 600, nbf: NOW - 600 }),
  "not yet": macClaims({ nbf: NOW + 60 }),
  "issued in the future": macClaims({ iat: NOW + 60 }),
  "living longer than a day": macClaims({ exp: NOW + 86_400 + 60 }),
};

const IDENTITIES: Readonly<Record<string, string>> = {
  "no iss": macClaims({ iss: undefined }),
  "no aud": macClaims({ aud: undefined }),
  ...Object.fromEntries(
    ["other", "Joken/", "joken", null, "", "J\u043eken", ["Joken"], {}].map((iss) => [
      `iss ${JSON.stringify(iss)}`,
      macClaims({ iss }),
    ]),
  ),
  ...Object.fromEntries(
    [[], {}, ["Joken", 1], null, "other", ["other"], "joken", 0].map((aud) => [
      `aud ${JSON.stringify(aud)}`,
      macClaims({ aud }),
    ]),
  ),
  ...Object.fromEntries(
    ["", null, "x".repeat(300), "a\u0000b", 7, {}, ["app"]].map((sub) => [
      `sub ${JSON.stringify(sub).slice(0, 20)}`,
      macClaims({ sub }),
    ]),
  ),
};

const PAYLOADS: Readonly<Record<string, string>> = {
  "two subjects": mac(HS256_HEADER, `{"sub":"admin",${withClaims({}).slice(1)}`),
  "two subjects, one by an escape": mac(
    HS256_HEADER,
    `{"s\\u0075b":"admin",${withClaims({}).slice(1)}`,
  ),
  "a list as payload": mac(HS256_HEADER, "[]"),
  "a number as payload": mac(HS256_HEADER, "1"),
  "null as payload": mac(HS256_HEADER, "null"),
  "more behind the payload": mac(HS256_HEADER, `${withClaims({})}x`),
  NaN: mac(HS256_HEADER, withRawClaim("exp", "NaN")),
  "single quotes": mac(HS256_HEADER, withClaims({}).replaceAll('"', "'")),
  "bytes that are no UTF-8": mac(
    HS256_HEADER,
    Buffer.concat([
      Buffer.from('{"sub":"'),
      Buffer.from([0xff]),
      Buffer.from(`",${withClaims({ sub: undefined }).slice(1)}`),
    ]),
  ),
};

const REFUSED: readonly Readonly<Record<string, string>>[] = [
  ALGORITHMS,
  KEYS,
  HEADERS,
  FORMS,
  TIMES,
  IDENTITIES,
  PAYLOADS,
];

/** Tokens made here, in the form of the vectors of others. */
export function makeJwtCases(): JwtCases {
  const cases = [
    ...Object.entries(ACCEPTED).map(([name, token]) => ({
      name,
      token,
      expect: "accept" as const,
    })),
    ...REFUSED.flatMap((group) =>
      Object.entries(group).map(([name, token]) => ({ name, token, expect: "reject" as const })),
    ),
  ].map((jwtCase, id) => ({ id, ...jwtCase }));
  return {
    now: NOW,
    issuer: "Joken",
    audience: "Joken",
    keys: [
      secretJwk("k1"),
      secretJwk("k2"),
      publicJwk(ec, "e1", "ES256"),
      publicJwk(rsa, "r1", "RS256"),
    ],
    startupRefuse: [
      "secret",
      "changeme",
      "password",
      "0123456789abcdef",
      "",
      "undefined",
      "a".repeat(31),
    ],
    count: cases.length,
    cases,
  };
}
