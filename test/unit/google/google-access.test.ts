import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { jwtVerify } from "jose";
import { ChatError } from "../../../src/errors/chat-error.ts";
import { createGoogleAccess, type GoogleAccess } from "../../../src/google/google-access.ts";
import {
  AUTHORIZED_USER,
  createExternalAccount,
  createServiceAccount,
} from "../../support/google-credentials.ts";
import { startUpstream, type Upstream } from "../../support/upstream.ts";
import { jsonAnswer } from "../../support/upstream-answer.ts";

const never = new AbortController().signal;
const deps = { fetch, now: Date.now };
const account = await createServiceAccount();
let server: Upstream;

beforeAll(async () => {
  server = await startUpstream();
});
beforeEach(() => server.reset());
afterAll(() => server.stop());

function access(file: unknown, env: Record<string, string> = {}): GoogleAccess {
  const created = createGoogleAccess(
    {
      GOOGLE_APPLICATION_CREDENTIALS_JSON: JSON.stringify(file),
      GOOGLE_TOKEN_URL: `${server.url}/token`,
      GOOGLE_CLOUD_PROJECT: "my-project",
      ...env,
    },
    deps,
  );
  if ("reason" in created) throw new Error(created.reason);
  return created;
}

function authorize(google: GoogleAccess): Promise<Record<string, string>> {
  return google.sendAuthorized(never, async (headers) => headers);
}

function form(request: { text(): string }): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(request.text()));
}

describe("service_account", () => {
  test("signs an assertion for the address in the file, and sends it to the operator's address", async () => {
    server.enqueue(
      jsonAnswer({ access_token: "ya29.token", expires_in: 3599, token_type: "Bearer" }),
    );
    expect(await authorize(access(account.file))).toEqual({ authorization: "Bearer ya29.token" });
    const [request] = server.requests;
    if (!request) throw new Error("no request");
    const fields = form(request);
    expect(fields.grant_type).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
    const { payload, protectedHeader } = await jwtVerify(
      fields.assertion ?? "",
      account.publicKey,
      {
        audience: "https://oauth2.googleapis.com/token",
        issuer: "robot@file-project.iam.gserviceaccount.com",
      },
    );
    expect(protectedHeader).toEqual({ alg: "RS256", typ: "JWT", kid: "key-1" });
    expect(payload.scope).toBe("https://www.googleapis.com/auth/cloud-platform");
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(3600);
  });

  test("accepts line breaks that a shell escaped twice", async () => {
    server.enqueue(jsonAnswer({ access_token: "token", expires_in: 3599 }));
    const private_key = account.file.private_key?.replaceAll("\n", "\\n");
    expect(await authorize(access({ ...account.file, private_key }))).toEqual({
      authorization: "Bearer token",
    });
  });

  test("with an invalid key: names the variable and sends nothing", async () => {
    const error = await authorize(
      access({
        ...account.file,
        private_key: "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----",
      }),
    ).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "upstream_auth", retryable: false });
    expect(String(error)).toContain("private_key");
    expect(String(error)).not.toContain("canary");
    expect(server.requests).toHaveLength(0);
  });
});

describe("authorized_user", () => {
  test("refreshes, and names the quota project", async () => {
    server.enqueue(
      jsonAnswer({ access_token: "token", expires_in: 3599, scope: "…", id_token: "…" }),
    );
    expect(
      await authorize(access({ ...AUTHORIZED_USER, quota_project_id: "quota-project" })),
    ).toEqual({
      authorization: "Bearer token",
      "x-goog-user-project": "quota-project",
    });
    const { type: _, ...fields } = AUTHORIZED_USER;
    expect(form({ text: () => server.requests[0]?.text() ?? "" })).toEqual({
      grant_type: "refresh_token",
      ...fields,
    });
  });
});

describe("external_account", () => {
  test("exchanges a subject token from a URL", async () => {
    server.enqueue(jsonAnswer("subject-token\n", { headers: { "content-type": "text/plain" } }));
    server.enqueue(
      jsonAnswer({ access_token: "federated", expires_in: 3599, issued_token_type: "…" }),
    );
    expect(await authorize(access(createExternalAccount(`${server.url}/subject`)))).toEqual({
      authorization: "Bearer federated",
    });
    const [subject, exchange] = server.requests;
    expect(subject).toMatchObject({ method: "GET", url: "/subject" });
    expect(subject?.headers.get("x-metadata")).toBe("yes");
    expect(form({ text: () => exchange?.text() ?? "" })).toEqual({
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      audience:
        "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/oidc",
      scope: "https://www.googleapis.com/auth/cloud-platform",
      requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
      subject_token: "subject-token",
      subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    });
  });

  test("reads the token from JSON, and impersonates a service account", async () => {
    const external = {
      ...createExternalAccount(`${server.url}/subject`),
      credential_source: {
        url: `${server.url}/subject`,
        format: { type: "json", subject_token_field_name: "value" },
      },
      service_account_impersonation_url:
        "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/robot@p.iam.gserviceaccount.com:generateAccessToken",
    };
    server.enqueue(jsonAnswer({ value: "subject-token" }));
    server.enqueue(jsonAnswer({ access_token: "federated", expires_in: 3599 }));
    server.enqueue(
      jsonAnswer({
        accessToken: "impersonated",
        expireTime: new Date(Date.now() + 3_600_000).toISOString(),
      }),
    );
    const google = access(external);
    expect(await authorize(google)).toEqual({ authorization: "Bearer impersonated" });
    expect(await authorize(google)).toEqual({ authorization: "Bearer impersonated" });
    expect(server.requests).toHaveLength(3);
    const last = server.requests[2];
    expect(last?.url).toBe(
      "/v1/projects/-/serviceAccounts/robot@p.iam.gserviceaccount.com:generateAccessToken",
    );
    expect(last?.headers.get("authorization")).toBe("Bearer federated");
    expect(last?.json()).toEqual({
      scope: ["https://www.googleapis.com/auth/cloud-platform"],
      lifetime: "3600s",
    });
  });

  test("without a subject token: reported as the operator's fault", async () => {
    server.enqueue(jsonAnswer({ other: "x" }, { status: 403 }));
    const google = access(createExternalAccount(`${server.url}/subject`));
    expect(await authorize(google).catch((thrown: unknown) => thrown)).toMatchObject({
      code: "upstream_auth",
    });
    expect(server.requests).toHaveLength(1);
  });
});

describe("a failing token server", () => {
  const FAILURES: [
    name: string,
    answer: Parameters<typeof jsonAnswer>,
    expected: Record<string, unknown>,
  ][] = [
    [
      "invalid_grant",
      [{ error: "invalid_grant", error_description: "canary" }, { status: 400 }],
      { code: "upstream_auth", retryable: false },
    ],
    [
      "invalid_client",
      [{ error: "invalid_client" }, { status: 401 }],
      { code: "upstream_auth", retryable: false },
    ],
    ["500", [{}, { status: 500 }], { code: "upstream_error", retryable: true }],
    ["503", ["busy", { status: 503 }], { code: "upstream_overloaded", retryable: true }],
    ["429", [{}, { status: 429 }], { code: "upstream_rate_limited", retryable: true }],
    [
      "a redirect",
      [{}, { status: 307, headers: { location: "https://evil.example/" } }],
      { code: "upstream_invalid_response" },
    ],
    ["no token", [{ expires_in: 3599 }], { code: "upstream_invalid_response" }],
    [
      "a token that is not a header value",
      [{ access_token: "a\r\nb" }],
      { code: "upstream_invalid_response" },
    ],
    [
      "a page",
      ["<html>", { headers: { "content-type": "text/html" } }],
      { code: "upstream_invalid_response" },
    ],
  ];

  for (const [name, answer, expected] of FAILURES) {
    test(name, async () => {
      server.enqueue(jsonAnswer(...answer));
      const error = await authorize(access(AUTHORIZED_USER)).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject(expected);
      expect(JSON.stringify(error) + String(error)).not.toMatch(
        /canary|refresh-token|client-secret/,
      );
      expect(server.requests).toHaveLength(1);
    });
  }

  test("a refusal names the variable and is not retried", async () => {
    server.respond = () => jsonAnswer({ error: "invalid_grant" }, { status: 400 });
    const google = access(AUTHORIZED_USER);
    for (let call = 0; call < 3; call++) {
      const error = await authorize(google).catch((thrown: unknown) => thrown);
      expect(String(error)).toContain("GOOGLE_APPLICATION_CREDENTIALS_JSON");
    }
    expect(server.requests).toHaveLength(1);
  });
});

describe("calls with the token", () => {
  test("fifty at once: one exchange", async () => {
    server.respond = () => jsonAnswer({ access_token: "token", expires_in: 3599 }, { delayMs: 50 });
    const google = access(account.file);
    const all = await Promise.all(Array.from({ length: 50 }, () => authorize(google)));
    expect(new Set(all.map(({ authorization }) => authorization))).toEqual(
      new Set(["Bearer token"]),
    );
    expect(server.requests).toHaveLength(1);
  });

  test("a 401 drops the token and retries once", async () => {
    server.enqueue(
      jsonAnswer({ access_token: "old", expires_in: 3599 }),
      jsonAnswer({ access_token: "new", expires_in: 3599 }),
    );
    const seen: (string | undefined)[] = [];
    const answer = await access(account.file).sendAuthorized(never, async ({ authorization }) => {
      seen.push(authorization);
      if (authorization === "Bearer old")
        throw new ChatError("upstream_auth", { upstreamStatus: 401 });
      return "answer";
    });
    expect(answer).toBe("answer");
    expect(seen).toEqual(["Bearer old", "Bearer new"]);
    expect(server.requests).toHaveLength(2);
  });

  test("only once, and no other refusal", async () => {
    server.respond = () => jsonAnswer({ access_token: "token", expires_in: 3599 });
    for (const [status, calls] of [
      [401, 2],
      [403, 1],
      [500, 1],
    ] as const) {
      let sent = 0;
      const failed = access(account.file).sendAuthorized(never, async () => {
        sent += 1;
        throw new ChatError("upstream_auth", { upstreamStatus: status });
      });
      expect(await failed.catch((thrown: unknown) => thrown)).toMatchObject({
        upstreamStatus: status,
      });
      expect(sent).toBe(calls);
    }
  });
});

describe("project and location", () => {
  function locationUrl(file: unknown, env: Record<string, string>): string {
    const created = createGoogleAccess(
      { GOOGLE_APPLICATION_CREDENTIALS_JSON: JSON.stringify(file), ...env },
      deps,
    );
    return "reason" in created ? created.reason : created.locationUrl("v1");
  }

  test("the project: GOOGLE_CLOUD_PROJECT, GEMINI_CODE_PROJECT, the credentials", () => {
    const project = (file: unknown, env: Record<string, string>) =>
      /projects\/([^/]+)/.exec(locationUrl(file, env))?.[1];
    const both = { GOOGLE_CLOUD_PROJECT: "first", GEMINI_CODE_PROJECT: "second" };
    expect(project(account.file, both)).toBe("first");
    expect(project(account.file, { GEMINI_CODE_PROJECT: "second" })).toBe("second");
    expect(project(account.file, {})).toBe("file-project");
    expect(project({ ...AUTHORIZED_USER, quota_project_id: "quota" }, {})).toBe("quota");
    expect(locationUrl(AUTHORIZED_USER, {})).toContain("Set GOOGLE_CLOUD_PROJECT");
    expect(project(account.file, { GOOGLE_CLOUD_PROJECT: "../x?" })).toBe("..%2Fx%3F");
  });

  test("the location's host", () => {
    const url = (env: Record<string, string>) => locationUrl(account.file, env);
    const path = (location: string) => `/v1/projects/file-project/locations/${location}`;
    expect(url({})).toBe(`https://aiplatform.googleapis.com${path("global")}`);
    expect(url({ VERTEX_LOCATION: "europe-west4" })).toBe(
      `https://europe-west4-aiplatform.googleapis.com${path("europe-west4")}`,
    );
    expect(url({ GOOGLE_CLOUD_LOCATION: "us" })).toBe(
      `https://aiplatform.us.rep.googleapis.com${path("us")}`,
    );
    expect(url({ VERTEX_LOCATION: "eu", GOOGLE_CLOUD_LOCATION: "us" })).toBe(
      `https://aiplatform.eu.rep.googleapis.com${path("eu")}`,
    );
    expect(url({ VERTEX_BASE_URL: "http://127.0.0.1:9", VERTEX_LOCATION: "eu" })).toBe(
      `http://127.0.0.1:9${path("eu")}`,
    );
    for (const location of ["evil.example/", "a.b", "EU", "x@y", "-"])
      expect(url({ VERTEX_LOCATION: location })).toContain("is not a location");
  });
});
