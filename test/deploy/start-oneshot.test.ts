import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { createStandInTools, type StandInTools } from "../support/deploy/stand-in-tools.ts";
import { findFreePort } from "../support/find-free-port.ts";
import { isRunning } from "../support/read-process.ts";
import { until, untilHealthy } from "../support/until.ts";

const root = resolve(import.meta.dir, "../..");

setDefaultTimeout(120_000);

const NAMES = ["web", "ai-server", "copilot-bridge"];

let tools: StandInTools;
let running: Started[] = [];
beforeEach(() => {
  tools = createStandInTools();
  copyFileSync(
    join(root, "scripts/deploy/start-oneshot"),
    join(tools.folder, ".bin/start-oneshot"),
  );
  addProcess("web");
  addProcess("ai-server");
});
afterEach(async () => {
  for (const { process } of running) {
    process.kill("SIGKILL");
    await process.exited;
    for (const name of NAMES) {
      if (existsSync(fileOf(`${name}.pid`)) && isOurs(pidOf(name)))
        globalThis.process.kill(pidOf(name), "SIGKILL");
    }
  }
  running = [];
  tools.remove();
});

/** What makes the limit at which it kills 0 s, 10 s being its own share. */
const NO_PATIENCE = { DRAIN_SECONDS: "0.1", SHUTDOWN_GRACE_MS: "-10000" };

/** Lines of a stand-in that wait until another one has written this event. */
const waitFor = (event: string) =>
  `until grep -qs "${event}" "${tools.folder}/events"; do sleep 0.02; done;`;

/**
 * A process that keeps its environment and id, ends after `drain` seconds when asked to, and writes
 * when it did what.
 */
function addProcess(name: string, { drain = "0", onTerm = "" } = {}): void {
  tools.add(
    name,
    `env >'${tools.folder}/${name}.env'
trap 'echo "${name} asked" >>"${tools.folder}/events"; ${onTerm} sleep ${drain}; echo "${name} ended" >>"${tools.folder}/events"; exit 0' TERM
echo $$ >'${tools.folder}/${name}.pid'
while :; do sleep 0.05; done`,
  );
}
const fileOf = (name: string) => join(tools.folder, name);
const pidOf = (name: string) => Number(readFileSync(fileOf(`${name}.pid`), "utf8"));
/** Whether the process still runs one of the stand-ins; its id may be another's by now. */
const isOurs = (pid: number) =>
  isRunning(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(tools.folder);
const events = () =>
  existsSync(fileOf("events")) ? readFileSync(fileOf("events"), "utf8").trim().split("\n") : [];
const environmentOf = (name: string) =>
  Object.fromEntries(
    readFileSync(fileOf(`${name}.env`), "utf8")
      .trim()
      .split("\n")
      .map((line) => line.split(/=(.*)/s)),
  );

interface Started {
  process: Bun.Subprocess<"ignore", "pipe", "pipe">;
  out: Promise<string>;
}

async function start(
  env: Record<string, string> = {},
  names = ["web", "ai-server"],
): Promise<Started> {
  for (const name of NAMES) rmSync(fileOf(`${name}.pid`), { force: true });
  const process = Bun.spawn([fileOf(".bin/start-oneshot")], {
    env: { HOME: tools.folder, PATH: tools.path, ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const started = { process, out: new Response(process.stdout).text() };
  running.push(started);
  await until("all have started", () =>
    names.every(
      (name) =>
        existsSync(fileOf(`${name}.pid`)) && readFileSync(fileOf(`${name}.pid`), "utf8") !== "",
    ),
  );
  return started;
}

describe("start", () => {
  test("gives each its port, and the Elixir app the AI server's address", async () => {
    await start({ PORT: "8099" });
    expect(environmentOf("web")).toMatchObject({
      PORT: "8099",
      AI_SERVER_URL: "http://localhost:3000",
    });
    expect(environmentOf("web").HOST).toBeUndefined();
    // Ctrl-C, which all programs of a terminal get, must not end the Elixir runtime before it is
    // asked.
    expect(environmentOf("web").ERL_ZFLAGS).toBe("+Bi");
    expect(environmentOf("ai-server")).toMatchObject({ PORT: "3000", HOST: "127.0.0.1" });
  });

  test("makes one key for both, a new one each time, and does not print it", async () => {
    const { process, out } = await start();
    const key = environmentOf("web").JWT_SECRET;
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(environmentOf("ai-server").JWT_SECRET).toBe(key);
    process.kill("SIGTERM");
    expect(await out).not.toContain(key);
    await process.exited;
    await start();
    expect(environmentOf("web").JWT_SECRET).not.toBe(key);
  });

  test.each([["JWT_SECRET"], ["JWT_PUBLIC_KEY"]])(
    "leaves %s as the operator set it",
    async (name) => {
      await start({ [name]: "the operator's own" });
      for (const process of ["web", "ai-server"])
        expect(environmentOf(process)[name]).toBe("the operator's own");
      if (name !== "JWT_SECRET") expect(environmentOf("web").JWT_SECRET).toBeUndefined();
    },
  );
});

describe("asked to end", () => {
  test.each([["SIGTERM"], ["SIGINT"]] as const)(
    "by %s: the web app first, then the AI server, exit 0",
    async (signal) => {
      addProcess("web", { drain: "0.3" });
      const { process } = await start();
      process.kill(signal);
      expect(await process.exited).toBe(0);
      expect(events()).toEqual(["web asked", "web ended", "ai-server asked", "ai-server ended"]);
    },
  );

  test("the AI server too after DRAIN_SECONDS, so that long streams end with an event that says why", async () => {
    addProcess("web", { onTerm: waitFor("ai-server ended") });
    const { process } = await start({ DRAIN_SECONDS: "0.3" });
    process.kill("SIGTERM");
    expect(await process.exited).toBe(0);
    expect(events()).toEqual(["web asked", "ai-server asked", "ai-server ended", "web ended"]);
  });

  test("twice: the second changes nothing", async () => {
    addProcess("web", { onTerm: waitFor("go on") });
    const { process } = await start();
    process.kill("SIGTERM");
    await until("the web app is asked", () => events().includes("web asked"));
    process.kill("SIGTERM");
    await Bun.sleep(100);
    appendFileSync(fileOf("events"), "go on\n");
    expect(await process.exited).toBe(0);
    expect(events()).toEqual([
      "web asked",
      "go on",
      "web ended",
      "ai-server asked",
      "ai-server ended",
    ]);
  });

  test.each([["SIGTERM"], ["SIGINT"], ["SIGHUP"]] as const)(
    "by %s before it has started anything: starts nothing, exit 0",
    async (signal) => {
      // What makes the key is the last that it runs before.
      tools.add("od", `touch '${fileOf("asked for a key")}'; sleep 0.3; exec /usr/bin/od "$@"`);
      const { process, out } = await start({}, []);
      await until("it makes a key", () => existsSync(fileOf("asked for a key")));
      process.kill(signal);
      expect(await process.exited).toBe(0);
      expect(await out).not.toContain("ended with");
      expect(NAMES.filter((name) => existsSync(fileOf(`${name}.pid`)))).toEqual([]);
    },
  );

  test.each([["web"], ["ai-server"]])(
    "and %s hangs: it is killed after both limits and 10 s, exit 1",
    async (name) => {
      addProcess(name, { onTerm: "while :; do sleep 1; done;" });
      const { process, out } = await start(NO_PATIENCE);
      process.kill("SIGTERM");
      expect(await process.exited).toBe(1);
      expect(await out).toContain(`${name} ended with 137`);
    },
  );

  test("and the AI server is killed meanwhile: the web app ends as it would, exit 1", async () => {
    addProcess("web", { onTerm: waitFor("go on") });
    const { process, out } = await start();
    process.kill("SIGTERM");
    await until("the web app is asked", () => events().includes("web asked"));
    globalThis.process.kill(pidOf("ai-server"), "SIGKILL");
    appendFileSync(fileOf("events"), "go on\n");
    expect(await process.exited).toBe(1);
    expect(events()).toEqual(["web asked", "go on", "web ended"]);
    expect(await out).toContain("ai-server ended with 137");
  });

  test("and one ends with a failure: exit 1, and a line that names it", async () => {
    addProcess("web", { onTerm: "exit 7;" });
    const { process, out } = await start();
    process.kill("SIGTERM");
    expect(await process.exited).toBe(1);
    expect(await out).toContain("web ended with 7");
  });
});

describe("one ends by itself", () => {
  test.each([
    ["web", "ai-server"],
    ["ai-server", "web"],
  ])("%s killed: %s is stopped and drains, exit not 0", async (victim, other) => {
    const { process, out } = await start();
    globalThis.process.kill(pidOf(victim), "SIGKILL");
    expect(await process.exited).toBe(137);
    expect(events()).toEqual([`${other} asked`, `${other} ended`]);
    expect(await out).toContain(`${victim} ended by itself (137)`);
    expect(isRunning(pidOf(other))).toBe(false);
  });

  test("with 0, which is as bad: exit 1", async () => {
    tools.add("ai-server", `echo $$ >'${tools.folder}/ai-server.pid'; sleep 0.2; exit 0`);
    const { process } = await start({}, ["ai-server"]);
    expect(await process.exited).toBe(1);
  });

  test.each([
    ["web", "ai-server"],
    ["ai-server", "web"],
  ])(
    "%s killed while %s hangs: that one is killed too, since the platform restarts nothing before the end",
    async (victim, other) => {
      addProcess(other, { onTerm: "while :; do sleep 1; done;" });
      const { process } = await start(NO_PATIENCE);
      globalThis.process.kill(pidOf(victim), "SIGKILL");
      expect(await process.exited).toBe(137);
      expect(isRunning(pidOf(other))).toBe(false);
    },
  );

  test("at once, because it cannot start: exit with its code", async () => {
    tools.add("ai-server", `echo $$ >'${tools.folder}/ai-server.pid'; exit 3`);
    const { process } = await start({}, ["ai-server"]);
    expect(await process.exited).toBe(3);
  });
});

describe("the bridge to Copilot", () => {
  beforeEach(() => addProcess("copilot-bridge"));

  test("runs if GH_TOKEN is set, and the AI server knows its address", async () => {
    const { process } = await start({ GH_TOKEN: "gho_x" }, ["web", "ai-server", "copilot-bridge"]);
    expect(environmentOf("ai-server").COPILOT_BRIDGE_URL).toBe("http://127.0.0.1:4141");
    process.kill("SIGTERM");
    expect(await process.exited).toBe(0);
    expect(events().slice(-2)).toEqual(["copilot-bridge asked", "copilot-bridge ended"]);
  });

  test("does not run without it, nor beside a bridge elsewhere", async () => {
    const { process } = await start();
    expect(environmentOf("ai-server").COPILOT_BRIDGE_URL).toBeUndefined();
    process.kill("SIGTERM");
    await process.exited;
    await start({ GH_TOKEN: "gho_x", COPILOT_BRIDGE_URL: "http://bridge:4141" });
    expect(environmentOf("ai-server").COPILOT_BRIDGE_URL).toBe("http://bridge:4141");
    expect(existsSync(fileOf("copilot-bridge.pid"))).toBe(false);
  });

  test("is started again when it ends; the others go on", async () => {
    const { process } = await start({ GH_TOKEN: "gho_x" }, ["web", "ai-server", "copilot-bridge"]);
    const first = pidOf("copilot-bridge");
    writeFileSync(fileOf("copilot-bridge.pid"), "");
    globalThis.process.kill(first, "SIGKILL");
    await until("the bridge has started again", () => pidOf("copilot-bridge") > 0);
    expect(pidOf("copilot-bridge")).not.toBe(first);
    expect(isRunning(pidOf("web"))).toBe(true);
    process.kill("SIGTERM");
    expect(await process.exited).toBe(0);
  });
});

test("the real AI server answers a caller that has the made key, and drains a stream", async () => {
  const port = findFreePort();
  tools.add("ai-server", `exec '${process.execPath}' '${root}/src/runtimes/bun.ts'`);
  const { process: oneshot } = await start(
    { AI_SERVER_PORT: String(port), NODE_ENV: "production" },
    ["web"],
  );
  const { mintToken } = await import("../../src/auth/mint-token.ts");
  const token = await mintToken({
    secret: environmentOf("web").JWT_SECRET ?? "",
    issuer: "oneshot",
    audience: "ai-server",
    subject: "web",
    lifetimeSeconds: 60,
    now: Date.now(),
  });
  const url = environmentOf("web").AI_SERVER_URL;
  await untilHealthy(url ?? "");
  const answer = await fetch(`${url}/chat`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({
      provider: "echo",
      model: "echo-slow",
      stream: true,
      messages: [{ role: "user", content: "one two three" }],
    }),
  });
  oneshot.kill("SIGTERM");
  expect(await answer.text()).toContain('"complete":true');
  expect(await oneshot.exited).toBe(0);
});
