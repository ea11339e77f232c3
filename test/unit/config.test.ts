import { describe, expect, test } from "bun:test";
import * as z from "zod/mini";
import { envSchema, loadConfig } from "../../src/config.ts";
import { ConfigError } from "../../src/env/config-error.ts";

/** The complaint about this value of a variable; null if it is accepted. */
function complaintOf(name: string, value: unknown): string | null {
  try {
    loadConfig({ [name]: value });
    return null;
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

const withDefault = loadConfig({});
const numbers = Object.entries(withDefault).flatMap(([name, value]) =>
  typeof value === "number" ? [name] : [],
);
const choices = Object.entries(envSchema.shape).flatMap(([name, schema]) =>
  complaintOf(name, "garbage")?.includes("one of")
    ? [[name, z.globalRegistry.get(schema)?.description ?? ""] as const]
    : [],
);

describe("a variable that takes a number", () => {
  test("is complete", () => {
    expect(numbers.length).toBeGreaterThan(15);
  });

  test.each(numbers)(
    "%s: anything but decimal digits in its range is refused, by its name",
    (name) => {
      for (const value of [
        "garbage",
        "-1",
        "1e3",
        "0x10",
        "1.5",
        "5s",
        "99999999999999999999",
        "1_000",
      ]) {
        expect(complaintOf(name, value)).toMatch(
          new RegExp(`^${name} must be a whole number from \\d+ to \\d+$`),
        );
      }
    },
  );
});

test("a variable with a closed list of values names them, but not the given value", () => {
  expect(choices.map(([name]) => name)).toContain("LOG_LEVEL");
  for (const [name] of choices)
    expect(complaintOf(name, "garbage")).toMatch(new RegExp(`^${name} must be one of [\\w, ]+$`));
  expect(complaintOf("LOG_LEVEL", "loud")).toBe(
    "LOG_LEVEL must be one of debug, info, warn, error, off",
  );
});

test("every complaint is one line and about its own variable", () => {
  for (const name of Object.keys(envSchema.shape)) {
    for (const value of [
      "garbage",
      "-1",
      "{",
      "null",
      "a\nb",
      "https://user:pass@host/?a=b",
      "\u0000",
    ]) {
      const complaint = complaintOf(name, value) ?? name;
      expect(complaint).toStartWith(name);
      expect(complaint).not.toInclude("\n");
    }
  }
});

test.each([
  ["MAX_BODY_BYTES", " 2048 ", 2048],
  ["MAX_BODY_BYTES", '"2048"', 2048],
  ["MAX_BODY_BYTES", "", withDefault.MAX_BODY_BYTES],
  ["MAX_BODY_BYTES", "''", withDefault.MAX_BODY_BYTES],
  ["OPENAI_API_KEY", ' "sk-key" ', "sk-key"],
  ["OPENAI_API_KEY", "'sk-key'", "sk-key"],
  ["OPENAI_API_KEY", "sk-'key'", "sk-'key'"],
  ["JWT_SECRET", '"secret"', '"secret"'],
  ["MAX_BODY_BYTES", 2048, 2048],
  ["JWT_TOLERANCE_SECONDS", "0", 0],
  ["OLLAMA", true, "true"],
  ["OLLAMA", { bound: true }, undefined],
] as const)("%s = %p is taken as %p", (name, value, expected) => {
  expect(loadConfig({ [name]: value })[name]).toBe(expected);
});

describe("the settings of kept answers", () => {
  const key = Buffer.alloc(32, 7);

  test("take a key of 32 bytes, in any base64", () => {
    for (const name of ["ANSWER_KEY", "ANSWER_KEY_PREVIOUS"]) {
      expect(complaintOf(name, key.toString("base64"))).toBeNull();
      expect(complaintOf(name, key.toString("base64url"))).toBeNull();
      for (const other of ["short", key.subarray(1).toString("base64"), key.toString("hex")])
        expect(complaintOf(name, other)).toContain("32 bytes in base64");
    }
  });

  test("take webhook secrets only in the form that all clients read alike", () => {
    const [one, other] = [24, 64].map((size) => Buffer.alloc(size, 250).toString("base64"));
    const secrets = loadConfig({ WEBHOOK_SECRET: `whsec_${one} whsec_${other}` }).WEBHOOK_SECRET;
    expect(secrets).toEqual([`whsec_${one}`, `whsec_${other}`]);
    // Without the prefix some take it as text, and some as base64.
    const url = Buffer.alloc(32, 250).toString("base64url");
    const bad = [one, `whsec_${url}`, "whsec_", "whsec_short", `whsec_${one},whsec_${other}`];
    for (const secret of [...bad, `whsec_${one} `.repeat(3)])
      expect(complaintOf("WEBHOOK_SECRET", secret)).toContain("whsec_");
  });
});
