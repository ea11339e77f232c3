import { afterEach, expect, test } from "bun:test";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { createChatClient, TEST_JWT } from "../support/chat-client.ts";
import { findFreePort } from "../support/find-free-port.ts";

const root = resolve(import.meta.dir, "../..");
const COMMANDS = {
  bun: [process.execPath, resolve(root, "src/runtimes/bun.ts")],
  deno: [
    resolve(root, "node_modules/.bin/deno"),
    "run",
    "--quiet",
    "--allow-net",
    "--allow-env",
    resolve(root, "src/runtimes/deno.ts"),
  ],
};

let child: Bun.Subprocess<"ignore", "pipe", "ignore"> | undefined;
afterEach(async () => {
  child?.kill("SIGKILL");
  await child?.exited;
});

test.each(Object.entries(COMMANDS))(
  "%s goes on answering after the reader of its log has gone",
  async (_, command) => {
    const port = findFreePort();
    child = Bun.spawn(command, {
      cwd: tmpdir(),
      env: {
        PATH: process.env.PATH ?? "",
        HOME: process.env.HOME ?? "",
        HOST: "127.0.0.1",
        PORT: String(port),
        ...TEST_JWT,
      },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "ignore",
    });
    const reader = child.stdout.getReader();
    let output = "";
    while (!output.includes("AI server: ")) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`the server ended: ${output}`);
      output += new TextDecoder().decode(value);
    }
    await reader.cancel();
    const client = await createChatClient(`http://127.0.0.1:${port}`);
    for (let call = 0; call < 3; call += 1) {
      const response = await client.open({
        provider: "echo",
        messages: [{ role: "user", content: "Hello" }],
      });
      expect(response.status).toBe(200);
      await response.text();
      // Longer than the log is held back.
      await Bun.sleep(150);
    }
  },
);
