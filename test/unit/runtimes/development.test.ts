import { expect, test } from "bun:test";
import { readSettings } from "../../../src/runtimes/development.ts";

test("in development mode the greeting says nothing of a network, which workerd does not have", async () => {
  const { development } = readSettings({});
  const lines = (await development?.greet("http://127.0.0.1:8787")) ?? [];
  expect(lines.join("\n")).toContain("set JWT_SECRET");
  expect(lines.join("\n")).not.toContain("network");
});

test("with a key of the operator's there is no development mode", () => {
  expect(readSettings({ JWT_SECRET: "0123456789abcdef0123456789abcdef" }).development).toBeNull();
});
