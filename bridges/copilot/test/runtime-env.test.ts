import { expect, test } from "bun:test";
import { runtimeEnv } from "../src/runtime-env.ts";

test("runtimeEnv passes on what a program needs to run, and no secrets", () => {
  const env = {
    PATH: "/bin",
    HTTPS_PROXY: "http://proxy",
    HOME: "/root",
    GH_TOKEN: "gho_a",
    ANTHROPIC_API_KEY: "sk",
    EMPTY: undefined,
  };
  expect(runtimeEnv(env, "/home/bridge")).toEqual({
    PATH: "/bin",
    HTTPS_PROXY: "http://proxy",
    HOME: "/home/bridge",
  });
});
