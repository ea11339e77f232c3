import { expect, test } from "bun:test";
import { createBackground } from "../../../src/runtimes/background.ts";

test("drain waits for work that was added, failed work and work added meanwhile included", async () => {
  const { waitUntil, drain } = createBackground();
  const finished: string[] = [];
  async function work(name: string, follow?: () => void): Promise<void> {
    await Bun.sleep(5);
    follow?.();
    finished.push(name);
  }
  waitUntil(Promise.reject(new Error("failed")));
  waitUntil(work("first", () => waitUntil(work("second"))));
  await drain();
  expect(finished).toEqual(["first", "second"]);
});
