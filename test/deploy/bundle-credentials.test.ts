import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseJsonSecret } from "../../src/env/json-secret.ts";
import { readSecretsAsFlyctl } from "../support/deploy/read-secrets-file.ts";
import { runCommand } from "../support/deploy/run-command.ts";
import { createStandInTools, type StandInTools } from "../support/deploy/stand-in-tools.ts";

const script = resolve(import.meta.dir, "../../scripts/bundle-credentials.sh");

setDefaultTimeout(60_000);

/** The time of the stand-in for `date`, in seconds; the tokens' expiry is relative to it. */
const now = 1_900_000_000;

/**
 * Values with all that the readers stumble over: `=` at the end and inside, `#`, quotes, line
 * breaks, beyond ASCII.
 */
const google = JSON.stringify(
  {
    type: "service_account",
    project_id: "p",
    client_email: "a@p.iam.gserviceaccount.com",
    private_key:
      '-----BEGIN PRIVATE KEY-----\nMIIE=#canary"quoted"é==\n-----END PRIVATE KEY-----\n',
  },
  null,
  2,
);
const claudeToken = "sk-ant-oat01-canary_claude-AAAA";
const claude = JSON.stringify({
  mcpOAuth: { server: { accessToken: "canary-of-another-server" } },
  claudeAiOauth: {
    accessToken: claudeToken,
    refreshToken: "canary-refresh",
    expiresAt: (now + 3 * 3600 + 5 * 60) * 1000 + 999,
    scopes: ["user:inference"],
  },
});
const cursor = JSON.stringify({ accessToken: "canary=#cursor", refreshToken: "canary==" });
const githubToken = "gho_canaryGitHub123";
const names = [
  "GOOGLE_APPLICATION_CREDENTIALS_JSON",
  "CLAUDE_ACCESS_TOKEN",
  "CURSOR_AUTH_JSON",
  "GH_TOKEN",
];

let tools: StandInTools;
let home: string;
let out: string;
beforeEach(() => {
  tools = createStandInTools();
  home = join(tools.folder, "home");
  out = join(tools.folder, ".env.fly");
  mkdirSync(home);
  tools.add("gh", "exit 1");
  tools.add("security", "exit 44");
  tools.add("date", `[ "$*" = +%s ] && echo ${now}`);
});
afterEach(() => tools.remove());

function put(path: string, content: string): void {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}
function bundle(args: string[] = [out], env: Record<string, string> = {}) {
  const result = runCommand(["bash", script, ...args], {
    cwd: tools.folder,
    env: { HOME: home, PATH: tools.path, ...env },
  });
  // Whatever it says, it says no value.
  expect(result.out + result.err).not.toContain("canary");
  expect(tools.calls().join("\n")).not.toContain("canary");
  return result;
}
function fillLinux(): void {
  put(".config/gcloud/application_default_credentials.json", google);
  put(".claude/.credentials.json", claude);
  put(".config/cursor/auth.json", cursor);
  tools.add("gh", `[ "$*" = "auth token --hostname github.com" ] && echo ${githubToken}`);
}
function fillMac(): void {
  put(".config/gcloud/application_default_credentials.json", google);
  writeFileSync(join(tools.folder, "claude.json"), claude);
  tools.add(
    "security",
    `case "$*" in
      "find-generic-password -s Claude Code-credentials -w") cat '${tools.folder}/claude.json' ;;
      "find-generic-password -s cursor-access-token -w") echo "canary=#cursor" ;;
      "find-generic-password -s cursor-refresh-token -w") echo "canary==" ;;
      *) exit 44 ;;
    esac`,
  );
  tools.add("gh", `[ "$*" = "auth token --hostname github.com" ] && echo ${githubToken}`);
}

/**
 * The values as `bun --env-file`, as flyctl and as the deployment document's own command read them.
 */
function readThreeWays(): Record<string, string>[] {
  const bun = runCommand(
    [process.execPath, "--env-file", out, "-e", "console.log(JSON.stringify(process.env))"],
    {
      env: { HOME: home },
    },
  );
  const environment: Record<string, string> = JSON.parse(bun.out);
  const cut = (word: string) =>
    runCommand(["bash", "-c", `printf %s "$(cat '${out}' | grep ${word} | cut -d= -f2)"`], {
      env: { PATH: tools.path },
    }).out;
  return [
    Object.fromEntries(names.map((name) => [name, environment[name] ?? ""])),
    readSecretsAsFlyctl(readFileSync(out, "utf8")),
    {
      GOOGLE_APPLICATION_CREDENTIALS_JSON: cut("GOOGLE"),
      CLAUDE_ACCESS_TOKEN: cut("CLAUDE"),
      CURSOR_AUTH_JSON: cut("CURSOR"),
      GH_TOKEN: cut("GH_TOKEN"),
    },
  ];
}

describe.each([
  ["Linux", fillLinux],
  ["macOS", fillMac],
])("a machine with everything (%s)", (_name, fill) => {
  test("gives the three readers the same values, and the server the same credentials", () => {
    fill();
    const { code, out: said } = bundle();
    expect(code).toBe(0);
    for (const name of names) expect(said).toContain(`found    ${name} (`);
    const [bun, flyctl, cut] = readThreeWays();
    expect(flyctl).toEqual(bun ?? {});
    expect(cut).toEqual(bun ?? {});
    expect(parseJsonSecret(bun?.GOOGLE_APPLICATION_CREDENTIALS_JSON ?? "")).toEqual(
      JSON.parse(google),
    );
    expect(parseJsonSecret(bun?.CURSOR_AUTH_JSON ?? "")).toEqual(JSON.parse(cursor));
    expect(bun?.CLAUDE_ACCESS_TOKEN).toBe(claudeToken);
    expect(bun?.GH_TOKEN).toBe(githubToken);
  });

  test("leaves one file that only its owner can read", () => {
    fill();
    bundle();
    expect((statSync(out).mode & 0o777).toString(8)).toBe("600");
    expect(readdirSync(tools.folder).filter((name) => name.startsWith(".env"))).toEqual([
      ".env.fly",
    ]);
  });
});

describe("credentials in other places", () => {
  test("GOOGLE_APPLICATION_CREDENTIALS, CLOUDSDK_CONFIG, CLAUDE_CONFIG_DIR and XDG_CONFIG_HOME are followed", () => {
    put("cloud/application_default_credentials.json", google);
    put("claude/.credentials.json", claude);
    put("xdg/cursor/auth.json", cursor);
    const { out: said } = bundle([out], {
      CLOUDSDK_CONFIG: `${home}/cloud`,
      CLAUDE_CONFIG_DIR: `${home}/claude`,
      XDG_CONFIG_HOME: `${home}/xdg`,
    });
    expect(said).toContain("(3 of 4");
    put("key.json", google.replace('"p"', '"q"'));
    bundle([out], { GOOGLE_APPLICATION_CREDENTIALS: `${home}/key.json` });
    expect(
      parseJsonSecret(readThreeWays()[0]?.GOOGLE_APPLICATION_CREDENTIALS_JSON ?? ""),
    ).toMatchObject({ project_id: "q" });
  });

  test("tokens of the environment are taken, a Cursor API key as the JSON that the server reads", () => {
    bundle([out], {
      CLAUDE_CODE_OAUTH_TOKEN: claudeToken,
      CURSOR_API_KEY: "crsr_canary==",
      GITHUB_TOKEN: githubToken,
    });
    const [values] = readThreeWays();
    expect(values).toMatchObject({ CLAUDE_ACCESS_TOKEN: claudeToken, GH_TOKEN: githubToken });
    expect(parseJsonSecret(values?.CURSOR_AUTH_JSON ?? "")).toEqual({ apiKey: "crsr_canary==" });
  });
});

describe("warnings", () => {
  test("of what ends soon or is of no use", () => {
    put(".claude/.credentials.json", claude);
    put(".config/cursor/auth.json", cursor);
    put(
      ".config/gcloud/application_default_credentials.json",
      '{"type":"authorized_user","refresh_token":"canary"}',
    );
    tools.add("gh", "echo ghp_canary");
    const { out: said } = bundle();
    expect(said).toContain("this token ends in 3 h 5 min");
    expect(said).toContain("claude setup-token");
    expect(said).toContain("CURSOR_API_KEY");
    expect(said).toContain("service account's key");
    expect(said).toContain("Copilot refuses classic tokens");
  });

  test("of a token that has ended", () => {
    put(
      ".claude/.credentials.json",
      JSON.stringify({ claudeAiOauth: { accessToken: claudeToken, expiresAt: 1_000_000_000_000 } }),
    );
    expect(bundle().out).toContain("this token has ended");
  });

  test("not of what stays", () => {
    put(".config/gcloud/application_default_credentials.json", google);
    tools.add("gh", `echo ${githubToken}`);
    expect(
      bundle([out], { CLAUDE_ACCESS_TOKEN: claudeToken, CURSOR_API_KEY: "key" }).out,
    ).not.toContain("         ");
  });
});

describe("what it refuses", () => {
  test("a machine with nothing: exit 1, and no file", () => {
    const { code, out: said, err } = bundle();
    expect(code).toBe(1);
    for (const name of names) expect(said).toContain(`missing  ${name}: `);
    expect(err).toContain("nothing found");
    expect(readdirSync(tools.folder).filter((name) => name.startsWith(".env"))).toEqual([]);
  });

  test("a value that one of the readers would spoil", () => {
    put(".config/gcloud/application_default_credentials.json", "not JSON, canary");
    const { code, out: said } = bundle([out], {
      CLAUDE_ACCESS_TOKEN: "canary=#",
      GH_TOKEN: "canary two",
    });
    expect(code).toBe(1);
    expect(said).toContain("is not a JSON object");
    expect(said.match(/characters that no token has/g)).toHaveLength(2);
  });

  test("a value too long for flyctl", () => {
    put(
      ".config/gcloud/application_default_credentials.json",
      JSON.stringify({ type: "canary".repeat(10_000) }),
    );
    expect(bundle().out).toContain("longer than 60000 characters");
  });

  test("a file that git would commit, or has", () => {
    const git = (...args: string[]) =>
      runCommand(["git", ...args], { cwd: home, env: { HOME: home, PATH: tools.path } });
    fillLinux();
    git("init", "-q");
    const inside = join(home, ".env.fly");
    expect(bundle([inside])).toMatchObject({
      code: 1,
      err: expect.stringContaining("git would commit"),
    });
    expect(existsSync(inside)).toBe(false);
    writeFileSync(join(home, ".gitignore"), ".env.fly\n");
    expect(bundle([inside]).code).toBe(0);
    git("add", "-f", ".env.fly");
    expect(bundle([inside])).toMatchObject({
      code: 1,
      err: expect.stringContaining("is tracked by git"),
    });
  });

  test("a folder that is not there, a folder as the file, an unknown option", () => {
    expect(bundle([join(tools.folder, "no/such")])).toMatchObject({
      code: 1,
      err: expect.stringContaining("does not exist"),
    });
    expect(bundle([home])).toMatchObject({ code: 1, err: expect.stringContaining("is a folder") });
    expect(bundle(["--force"]).code).toBe(2);
  });
});

test("a second run takes the new values and keeps lines of other names", () => {
  fillLinux();
  writeFileSync(out, "JWT_SECRET=0123456789abcdef\nGH_TOKEN=gho_old\n");
  bundle();
  bundle();
  const text = readFileSync(out, "utf8");
  expect(text).toContain("JWT_SECRET=0123456789abcdef\n");
  expect(text.match(/^GH_TOKEN=/gm)).toHaveLength(1);
  expect(text).not.toContain("gho_old");
});

test("a second run that finds less keeps what it does not find", () => {
  bundle([out], { CLAUDE_ACCESS_TOKEN: claudeToken, GH_TOKEN: githubToken });
  const { code, out: said } = bundle([out], { GH_TOKEN: "gho_canaryNew" });
  expect(code).toBe(0);
  expect(said).toContain("has one from before, which stays");
  expect(readThreeWays()[0]).toMatchObject({
    CLAUDE_ACCESS_TOKEN: claudeToken,
    GH_TOKEN: "gho_canaryNew",
  });
});

test("another service's login in Claude's file is not taken for Claude's", () => {
  put(
    ".claude/.credentials.json",
    JSON.stringify({ mcpOAuth: { server: { accessToken: "canary-of-another-server" } } }),
  );
  const { code, out: said } = bundle([out], { GH_TOKEN: githubToken });
  expect(code).toBe(0);
  expect(said).toContain("no claudeAiOauth.accessToken in");
  expect(readFileSync(out, "utf8")).not.toContain("CLAUDE_ACCESS_TOKEN");
});

test("a folder in place of a file counts as missing, and the others are still found", () => {
  mkdirSync(join(home, ".claude/.credentials.json"), { recursive: true });
  mkdirSync(join(home, ".config/cursor/auth.json"), { recursive: true });
  const { code, out: said } = bundle([out], {
    GOOGLE_APPLICATION_CREDENTIALS: home,
    GH_TOKEN: githubToken,
  });
  expect(code).toBe(0);
  expect(said).toContain("(1 of 4");
});

test("a bundle that is there and cannot be read is not written over", () => {
  // Root reads it, and keeps what is in it.
  tools.add("gh", `echo ${githubToken}`);
  writeFileSync(out, "JWT_SECRET=canary\n", { mode: 0o200 });
  const { code, err } = bundle();
  if (process.getuid?.() === 0) expect(readFileSync(out, "utf8")).toContain("JWT_SECRET=canary\n");
  else expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining("cannot be read") });
});

test.each([["SIGHUP"], ["SIGTERM"]] as const)(
  "%s midway leaves the file as it was, and nothing beside it",
  async (signal) => {
    writeFileSync(out, "JWT_SECRET=0\n");
    tools.add("gh", `touch '${tools.folder}/asked'; sleep 0.5; echo ${githubToken}`);
    const child = Bun.spawn(["bash", "-c", `exec bash '${script}' '${out}'`], {
      env: { HOME: home, PATH: tools.path },
      stdio: ["ignore", "ignore", "ignore"],
    });
    while (!existsSync(join(tools.folder, "asked"))) await Bun.sleep(10);
    child.kill(signal);
    await child.exited;
    const left = readdirSync(tools.folder).filter((name) => name.startsWith(".env"));
    expect(left).toEqual([".env.fly"]);
    expect(readFileSync(out, "utf8")).toBe("JWT_SECRET=0\n");
  },
);

test("the names it writes are ignored by this project's git and Docker", () => {
  const root = resolve(import.meta.dir, "../..");
  expect(readFileSync(join(root, ".dockerignore"), "utf8")).toContain("**/.env*");
  expect(readFileSync(join(root, ".gitignore"), "utf8")).toMatch(/^\.env\.\*$/m);
});
