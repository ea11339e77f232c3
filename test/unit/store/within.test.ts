import { afterAll, beforeAll, expect, test } from "bun:test";
import { resolve } from "node:path";
import { within } from "../../../src/store/within.ts";
import { rejectionOf } from "../../support/rejection.ts";

const root = resolve(import.meta.dir, "../../..");
const RUNTIMES = [
  ["Bun", [process.execPath]],
  ["Deno", [resolve(root, "node_modules/.bin/deno"), "run", "--quiet", "--allow-all"]],
] as const;

let store: Bun.TCPSocketListener<undefined>;

beforeAll(() => {
  const socket = {
    data(one: { write(text: string): unknown }) {
      one.write("PONG");
    },
  };
  store = Bun.listen({ port: 0, hostname: "127.0.0.1", socket });
});

afterAll(() => {
  store.stop(true);
});

test("work that takes too long is a timeout", async () => {
  const silent = new Promise<never>(() => {});
  expect(await rejectionOf(within(20, silent))).toMatchObject({ message: "timeout" });
});

// Deno runs the timers that are due before it reads sockets, as Node does; Bun reads first.
test.each(RUNTIMES)(
  "an answer that came while the process stood still is not late on %s",
  async (_, command) => {
    const script = resolve(root, "test/support/stalled-store.ts");
    const child = Bun.spawn([...command, script, String(store.port)], { cwd: root });
    expect(await new Response(child.stdout).text()).toBe("PONG\n");
  },
  20_000,
);
