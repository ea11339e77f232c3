import { afterAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { findFreePort } from "../support/find-free-port.ts";
import { readSseText } from "../support/read-sse-text.ts";
import { summarizeResponse, summarizeStream } from "../support/summarize-answer.ts";
import { until } from "../support/until.ts";

const root = resolve(import.meta.dir, "../..");

/** What a newcomer does, as the README says it. */
const isPossible = Bun.which("curl") !== null && !existsSync(resolve(root, ".env"));
describe.skipIf(!isPossible)("npm start (needs curl and no .env)", () => {
  const port = findFreePort();
  let child: Bun.Subprocess<"ignore", "pipe", "ignore"> | undefined;
  afterAll(() => child?.kill("SIGKILL"));

  async function start(): Promise<string> {
    child = Bun.spawn(["npm", "start"], {
      cwd: root,
      env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", PORT: String(port) },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "ignore",
    });
    let output = "";
    for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
      output += piece;
      const line = /^curl .*$/m.exec(output)?.[0];
      if (line !== undefined && output.includes(`${line}\n`)) return line;
    }
    throw new Error(`npm start ended:\n${output}`);
  }

  async function run(line: string): Promise<string> {
    const shell = Bun.spawn(["sh", "-c", line], { stdout: "pipe", stderr: "ignore" });
    return new Response(shell.stdout).text();
  }

  test("prints a curl line that answers when it is pasted, and streams when it is asked to", async () => {
    const line = await start();
    expect(summarizeResponse(JSON.parse(await run(line)))).toMatchObject({
      text: "Hello",
      finish_reason: "stop",
    });
    const streamed = await run(
      line.replace("curl ", "curl -N ").replace('{"provider"', '{"stream":true,"provider"'),
    );
    expect(summarizeStream(readSseText(streamed))).toMatchObject({
      text: "Hello",
      finish_reason: "stop",
    });
  }, 120_000);

  test("stops the server when npm is asked to stop", async () => {
    child?.kill("SIGTERM");
    await child?.exited;
    await until("nobody listens", () =>
      fetch(`http://127.0.0.1:${port}/health`).then(
        () => false,
        () => true,
      ),
    );
  }, 120_000);
});
