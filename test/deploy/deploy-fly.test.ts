import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { runCommand } from "../support/deploy/run-command.ts";
import { addFlyctl } from "../support/deploy/stand-in-flyctl.ts";
import { createStandInTools, type StandInTools } from "../support/deploy/stand-in-tools.ts";

const script = resolve(import.meta.dir, "../../scripts/deploy-fly.sh");

setDefaultTimeout(60_000);

let tools: StandInTools;
let secrets: string;
beforeEach(() => {
  tools = createStandInTools();
  secrets = join(tools.folder, ".env.fly");
  writeFileSync(secrets, "GH_TOKEN=gho_canary\nJWT_SECRET=canary0123456789abcdef0123456789\n", {
    mode: 0o600,
  });
  addFlyctl(tools);
  tools.add("curl");
});
afterEach(() => tools.remove());

function deploy(args: string[], env: Record<string, string> = {}) {
  tools.forgetCalls();
  const result = runCommand(["bash", script, ...args], {
    cwd: tools.folder,
    env: {
      HOME: tools.folder,
      PATH: tools.path,
      SECRETS_FILE: secrets,
      HEALTH_PAUSE: "0",
      HEALTH_TRIES: "2",
      ...env,
    },
  });
  // No value in what it says, nor among arguments, which every user of a machine can read.
  expect(result.out + result.err + tools.calls().join("\n")).not.toContain("canary");
  return { ...result, calls: tools.calls() };
}

describe("the AI server by itself", () => {
  test("is created, gets its secrets, is deployed and waited for", () => {
    const { code, out, calls } = deploy([]);
    expect(code).toBe(0);
    expect(calls).toEqual([
      "flyctl auth whoami",
      "flyctl apps list --quiet",
      "flyctl apps create oneshot-ai-providers",
      "flyctl secrets import --stage --app oneshot-ai-providers",
      "flyctl deploy --config fly.toml --app oneshot-ai-providers",
      "curl --silent --fail --max-time 5 --output /dev/null https://oneshot-ai-providers.fly.dev/health",
    ]);
    expect(readFileSync(join(tools.folder, ".imported"), "utf8")).toBe(
      readFileSync(secrets, "utf8"),
    );
    expect(out).toContain("staged the secrets of");
    expect(out).toContain("GH_TOKEN JWT_SECRET");
  });

  test("takes another name", () => {
    expect(deploy(["my-ai"]).calls).toContain("flyctl deploy --config fly.toml --app my-ai");
  });

  test("gets a key for its callers' tokens if none is set, and keeps it on a second run", () => {
    writeFileSync(secrets, "GH_TOKEN=gho_canary");
    const { code, out } = deploy([]);
    expect(code).toBe(0);
    const text = readFileSync(secrets, "utf8");
    expect(text).toMatch(/^GH_TOKEN=gho_canary\nJWT_SECRET=[0-9a-f]{64}\n$/);
    expect(out).not.toContain(text.slice(-20, -1));
    expect(out).toContain("the Elixir app needs the same one");
    deploy([]);
    expect(readFileSync(secrets, "utf8")).toBe(text);
  });

  test("gets no second key if the app has one", () => {
    deploy([]);
    writeFileSync(secrets, "GH_TOKEN=gho_canary\n");
    expect(deploy([]).code).toBe(0);
    expect(readFileSync(secrets, "utf8")).not.toContain("JWT_SECRET");
  });
});

describe("both in one app", () => {
  test("with its volume", () => {
    const { code, calls } = deploy(["--integrated"]);
    expect(code).toBe(0);
    expect(calls).toEqual([
      "flyctl auth whoami",
      "flyctl apps list --quiet",
      "flyctl apps create oneshot",
      "flyctl volumes list --app oneshot",
      "flyctl volumes create oneshot_data --size 1 --region iad --app oneshot --yes",
      "flyctl secrets import --stage --app oneshot",
      "flyctl deploy --config fly-integrated.toml --app oneshot",
      "curl --silent --fail --max-time 5 --output /dev/null https://oneshot.fly.dev/health",
    ]);
  });

  test("needs no key: its two processes make one", () => {
    writeFileSync(secrets, "GH_TOKEN=gho_canary\n");
    deploy(["--integrated"]);
    expect(readFileSync(secrets, "utf8")).not.toContain("JWT_SECRET");
  });
});

test.each([[[]], [["--integrated"]]])("a second run creates nothing: %j", (args) => {
  deploy(args);
  const { code, out, calls } = deploy(args);
  expect(code).toBe(0);
  expect(calls.filter((call) => call.includes("create"))).toEqual([]);
  expect(out).toContain("is there");
});

test("an app whose name begins with this one's is another app", () => {
  deploy(["oneshot-ai-providers-2"]);
  expect(deploy([]).calls).toContain("flyctl apps create oneshot-ai-providers");
});

test.each([
  [[], "flyctl deploy --config fly.toml --app oneshot-ai-providers"],
  [["--integrated", "other"], "flyctl deploy --config fly-integrated.toml --app other"],
])("--dry-run %j prints the commands and runs none", (args, command) => {
  rmSync(secrets);
  const { code, out, calls } = deploy(["--dry-run", ...args]);
  expect(code).toBe(0);
  expect(out.split("\n")).toContain(command);
  expect(calls).toEqual([]);
});

describe("what is missing gets one clear line", () => {
  function fails(args: string[], line: RegExp, env: Record<string, string> = {}) {
    const { code, err, calls } = deploy(args, env);
    expect(code).toBe(1);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
    expect(err).toMatch(line);
    expect(calls.filter((call) => /create|deploy --config/.test(call))).toEqual([]);
  }

  test("flyctl", () => {
    rmSync(join(tools.folder, ".bin/flyctl"));
    const folders = tools.path.split(":").filter((folder) => !existsSync(join(folder, "flyctl")));
    fails([], /^deploy-fly: flyctl is not installed: see https:/, { PATH: folders.join(":") });
  });

  test("a login", () => {
    mkdirSync(join(tools.folder, ".fly"));
    writeFileSync(join(tools.folder, ".fly/logged-out"), "");
    fails([], /flyctl is not logged in: run flyctl auth login/);
  });

  test("the secrets", () => {
    fails([], /there is no .*: run scripts\/bundle-credentials.sh/, {
      SECRETS_FILE: join(tools.folder, "none"),
    });
  });

  test("anything in them", () => {
    writeFileSync(secrets, "");
    fails([], /there is nothing in .*: run scripts\/bundle-credentials.sh/);
    rmSync(secrets);
    mkdirSync(secrets);
    fails([], /there is no .*: run scripts\/bundle-credentials.sh/);
  });

  test.each([
    ["#", "WEB_PASSWORD=ab#canary", /line 2 has a #, from which on flyctl drops it/],
    ["export", "export GH_TOKEN=canary", /line 2 begins with export/],
    ["64 KB", `OPENAI_API_KEY=${"canary".repeat(11_000)}`, /line 2 is longer than flyctl reads/],
  ])("a line that flyctl would read differently: %s", (_name, line, message) => {
    writeFileSync(secrets, `JWT_SECRET=x\n${line}\n`);
    fails(["--integrated"], message);
  });

  test("curl", () => {
    const bin = join(tools.folder, "few");
    mkdirSync(bin);
    for (const name of ["bash", "dirname", "sed", "head"])
      symlinkSync(Bun.which(name) ?? "", join(bin, name));
    writeFileSync(join(bin, "flyctl"), "#!/bin/sh\n", { mode: 0o755 });
    fails([], /curl is not installed/, { PATH: bin });
  });

  test("an option or a second app", () => {
    fails(["--production"], /unknown option --production/);
    fails(["one", "two"], /two apps named/);
  });
});

test("a comment, and a value with a # in quotes, are as flyctl reads them", () => {
  writeFileSync(secrets, '# mine\nJWT_SECRET=x # canary\nWEB_PASSWORD="a#canary"\n');
  expect(deploy([]).code).toBe(0);
});

test("of a value that goes over several lines it prints nothing", () => {
  writeFileSync(secrets, 'JWT_SECRET=x\nJWT_PUBLIC_KEY="""\nAAcanary+=\naacanary==\n"""\n');
  const { code, out } = deploy([]);
  expect(code).toBe(0);
  expect(out).toContain(": JWT_SECRET JWT_PUBLIC_KEY\n");
});

test.each([
  ["apps list", "cannot list your apps"],
  ["apps create", "Error: canned"],
  ["volumes list", "cannot list the volumes of oneshot"],
  ["volumes create", "Error: canned"],
  ["secrets import", "Error: canned"],
])(
  "what flyctl fails at (%s) ends it with flyctl's words, and a second run goes on from there",
  (command, message) => {
    addFlyctl(tools, { failsAt: command });
    const { code, err, calls } = deploy(["--integrated"]);
    expect(code).not.toBe(0);
    expect(err).toContain(message);
    expect(calls.at(-1)).toStartWith(`flyctl ${command} `);
    addFlyctl(tools);
    const again = deploy(["--integrated"]);
    expect(again.code).toBe(0);
    const created = ["apps create", "volumes create"].filter((words) =>
      [...calls, ...again.calls].some((call) => call.includes(words)),
    );
    expect(created).toEqual(["apps create", "volumes create"]);
  },
);

test("the commands of --dry-run can be pasted even if the folder's name has a space", () => {
  const { out } = deploy(["--dry-run"], { SECRETS_FILE: "/a folder/.env.fly" });
  expect(out).toContain(
    "flyctl secrets import --stage --app oneshot-ai-providers < /a\\ folder/.env.fly\n",
  );
});

test("CDPATH leads it nowhere else", () => {
  const { code } = runCommand(["bash", "scripts/deploy-fly.sh", "--dry-run"], {
    cwd: resolve(script, "../.."),
    env: { PATH: tools.path, CDPATH: ".:/" },
  });
  expect(code).toBe(0);
});

test("a deployment that fails ends it", () => {
  deploy([]);
  writeFileSync(join(tools.folder, ".fly/broken"), "");
  const { code, out, calls } = deploy([]);
  expect(code).not.toBe(0);
  expect(out).not.toContain("done");
  expect(calls.filter((call) => call.startsWith("curl"))).toEqual([]);
});

test("a server that does not answer ends it, after the tries it has", () => {
  tools.add("curl", "exit 22");
  const { code, err, calls } = deploy([]);
  expect(code).toBe(1);
  expect(err).toContain("does not answer; see flyctl logs --app oneshot-ai-providers");
  expect(calls.filter((call) => call.startsWith("curl"))).toHaveLength(2);
});

test("the folder it is called from does not matter", () => {
  expect(existsSync(join(tools.folder, "fly.toml"))).toBe(false);
  expect(deploy([], { SECRETS_FILE: ".env.fly" }).code).toBe(0);
});
