import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { ask } from "../support/deploy/ask.ts";
import {
  type Container,
  findProcesses,
  podman,
  readImageSize,
  readMemory,
  report,
  runContainer,
  signal,
  waitForLog,
} from "../support/deploy/container.ts";
import { until } from "../support/until.ts";

const image = process.env.ONESHOT_IMAGE ?? "localhost/oneshot:test";

/** `podman run`, with the one volume that the image has. */
async function withContainer(
  options: string[],
  use: (container: Container) => Promise<void>,
): Promise<void> {
  const container = await runContainer(image, options);
  try {
    await use(container);
  } finally {
    await container.remove();
  }
}

describe("one container", () => {
  let container: Container;
  beforeAll(async () => {
    container = await runContainer(image);
  });
  afterAll(() => container.remove());

  test("has a page, and answers a prompt through it, by the AI server beside it", async () => {
    report("integrated image", `${await readImageSize(image)} MB`);
    report("integrated, run to first answer of /health", `${container.readyMs.toFixed(0)} ms`);
    const page = await fetch(container.url);
    expect(await page.text()).toContain("<textarea");
    const answer = await ask(container.url, "one two three", "echo");
    expect(await answer.text()).toContain("three");
    await waitForLog(container, '"event":"answer"');
    const memory = await readMemory(container);
    report("integrated, memory at rest", JSON.stringify(memory));
    expect((memory.bun ?? 999) + (memory["beam.smp"] ?? 999)).toBeLessThan(400);
  });

  test("opens 8080 and nothing else to the outside", async () => {
    const sockets = await container.exec("cat", "/proc/net/tcp", "/proc/net/tcp6");
    const listening = sockets
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === "0A")
      .map((fields) => fields[1] ?? "");
    const outside = listening.filter((address) => !address.startsWith("0100007F:"));
    expect(outside.map((address) => Number.parseInt(address.split(":")[1] ?? "", 16))).toEqual([
      8080,
    ]);
    expect(listening).toContain("0100007F:0BB8");
  });

  test("runs both as a user who cannot change them, though it began as root", async () => {
    const ids = ["start-oneshot", "ai-server/bun.js", "beam.smp"].map((text) =>
      findProcesses(container, text),
    );
    const [init, ai, web] = (await Promise.all(ids)).map((found) => found[0] ?? "");
    expect(init).toBe("1");
    for (const id of [init, ai, web])
      expect(await container.exec("stat", "-c", "%u", `/proc/${id}`)).toBe("1000");
    expect(
      await container.exec(
        "setpriv",
        "--reuid=1000",
        "sh",
        "-c",
        "[ -w /app/web ] || [ -w /app/bin ] || [ -w /data ] && echo data",
      ),
    ).toBe("data");
  });

  test("is healthy by the image's own check, which fails when the AI server does not answer", async () => {
    const check = () =>
      podman("healthcheck", "run", `ai-server-test-${new URL(container.url).port}`);
    await until("the check passes", async () => (await check()).code === 0);
    const [id = ""] = await findProcesses(container, "ai-server/bun.js");
    await signal(container, id, "STOP");
    expect((await check()).code).not.toBe(0);
    await signal(container, id, "CONT");
    await until("the check passes again", async () => (await check()).code === 0);
  });
});

test("Ctrl-C, which both programs get too, during a stream: the stream comes to its end, exit 0", async () => {
  await withContainer([], async (container) => {
    const found = ["beam.smp", "ai-server/bun.js", "start-oneshot"].map((text) =>
      findProcesses(container, text),
    );
    const ids = (await Promise.all(found)).map(([id = ""]) => id);
    const answer = await ask(container.url, "one two three four five six seven eight", "echo-slow");
    await container.exec("sh", "-c", `kill -INT ${ids.join(" ")}`);
    expect(await answer.text()).toContain("eight");
    expect(await container.exitCode()).toBe(0);
  });
});

test("docker stop during a stream: the stream comes to its end, exit 0", async () => {
  await withContainer([], async (container) => {
    const answer = await ask(container.url, "one two three four five six seven eight", "echo-slow");
    const started = performance.now();
    const code = container.stop(60);
    expect(await answer.text()).toContain("eight");
    expect(await code).toBe(0);
    report(
      "integrated, stop during a stream of 2 s",
      `${((performance.now() - started) / 1000).toFixed(1)} s`,
    );
  });
});

test.each([["ai-server/bun.js"], ["beam.smp"]])(
  "%s killed: the container ends, and not with 0",
  async (program) => {
    await withContainer([], async (container) => {
      const [id = ""] = await findProcesses(container, program);
      await signal(container, id, "KILL");
      expect(await container.exitCode()).not.toBe(0);
      expect(await container.logs()).toContain("ended by itself (137)");
    });
  },
);

test("works on a read-only file system, without root and without any capability", async () => {
  const options = ["--read-only", "--tmpfs", "/tmp", "--user", "1000", "--cap-drop", "all"];
  await withContainer(options, async (container) => {
    expect(await (await ask(container.url, "one two", "echo")).text()).toContain("two");
    expect(await container.stop(30)).toBe(0);
  });
});

test("with GH_TOKEN the bridge to Copilot runs, and a token that it refuses ends nothing else", async () => {
  await withContainer(
    ["-e", "GH_TOKEN=gho_0123456789012345678901234567890123456"],
    async (container) => {
      await waitForLog(container, "copilot-bridge listens on http://127.0.0.1:4141");
      const memory = await readMemory(container);
      report("integrated with the bridge, memory at rest", JSON.stringify(memory));
      expect(await container.stop(30)).toBe(0);
    },
  );
  await withContainer(
    ["-e", "GH_TOKEN=ghp_0123456789012345678901234567890123456"],
    async (container) => {
      await waitForLog(container, "classic personal access token");
      expect(await (await ask(container.url, "one two", "echo")).text()).toContain("two");
    },
  );
});
