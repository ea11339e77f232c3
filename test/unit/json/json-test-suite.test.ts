import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeUtf8 } from "../../../src/json/decode-utf8.ts";
import { JsonError } from "../../../src/json/json-error.ts";
import { parseStrictJson } from "../../../src/json/parse-strict-json.ts";
import { JSON_CASES } from "../../support/json-cases.ts";
import { hasVectors, NEEDS_VECTORS, vectorsFolder } from "../../support/vectors.ts";

/**
 * The suite leaves duplicate names to the parser ("y_" only says that the grammar allows them);
 * here they are refused.
 */
const REFUSED_BY_POLICY: ReadonlyMap<string, string> = new Map([
  ["y_object_duplicated_key.json", "duplicate_name"],
  ["y_object_duplicated_key_and_value.json", "duplicate_name"],
]);

const folder = join(vectorsFolder, "jsontestsuite", "test_parsing");
const files = hasVectors ? readdirSync(folder) : [];

/** "accepted", or the reason of the refusal. Anything but a JsonError fails the test. */
function judge(bytes: Uint8Array): string {
  try {
    parseStrictJson(decodeUtf8(bytes));
    return "accepted";
  } catch (error) {
    if (error instanceof JsonError) return error.reason;
    throw error;
  }
}

function judgeFile(path: string): string {
  return judge(readFileSync(path));
}

describe("the edges of RFC 8259", () => {
  test.each([...JSON_CASES])("$name", ({ body, fault }) => {
    expect(judge(body)).toBe(fault ?? "accepted");
  });

  test.each(JSON_CASES.filter(({ fault }) => fault === undefined))(
    "$name is read as JSON.parse reads it",
    ({ body }) => {
      const text = decodeUtf8(body);
      expect(parseStrictJson(text)).toEqual(JSON.parse(text));
    },
  );
});

describe.skipIf(!hasVectors)(`nst/JSONTestSuite ${NEEDS_VECTORS}`, () => {
  test("has the files", () => {
    expect(files.length).toBeGreaterThan(300);
  });

  test.each(files.filter((file) => file.startsWith("y_")))("%s", (file) => {
    expect(judgeFile(join(folder, file))).toBe(REFUSED_BY_POLICY.get(file) ?? "accepted");
  });

  test.each(files.filter((file) => file.startsWith("n_")))("%s", (file) => {
    expect(judgeFile(join(folder, file))).not.toBe("accepted");
  });

  test.each(files.filter((file) => file.startsWith("i_")))(
    "%s is decided, and never by a crash",
    (file) => {
      const verdict = judgeFile(join(folder, file));
      const expected = /surrogate|1st_valid_surrogate/i.test(file)
        ? /lone_surrogate|utf8/
        : /accepted|utf8|depth|byte_order_mark|syntax/;
      expect(verdict).toMatch(expected);
    },
  );

  test.each(hasVectors ? readdirSync(join(vectorsFolder, "jsontestsuite", "test_transform")) : [])(
    "transform/%s",
    (file) => {
      const verdict = judgeFile(join(vectorsFolder, "jsontestsuite", "test_transform", file));
      if (file.startsWith("object_same_key")) expect(verdict).toBe("duplicate_name");
      else if (file.includes("invalid_codepoint")) expect(verdict).toMatch(/lone_surrogate|utf8/);
      else expect(verdict).toBe("accepted");
    },
  );
});
