import { afterAll, beforeAll, expect, test } from "bun:test";
import { ask } from "../support/deploy/ask.ts";
import { type Container, runContainer } from "../support/deploy/container.ts";

/** The integrated image with `test/fixtures/elixir-app` in place of `elixir/web`. */
const image = process.env.ANY_APP_IMAGE ?? "localhost/oneshot-any-app:test";

let container: Container;
beforeAll(async () => {
  container = await runContainer(image);
});
afterAll(() => container.remove());

test("an app of another name runs, beside the AI server", async () => {
  const answer = await ask(container.url, "one two three", "echo");
  expect(await answer.text()).toContain("three");
});

test("its alias assets.deploy was run", async () => {
  expect(await container.exec("sh", "-c", "cat /app/web/lib/relay-*/priv/assets")).toBe("deployed");
});

test("it is stopped in an orderly way", async () => {
  expect(await container.stop(30)).toBe(0);
});
