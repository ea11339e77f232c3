import { describe, expect, test } from "bun:test";
import { JsonError, type JsonFault } from "../../../src/json/json-error.ts";
import { parseStrictJson } from "../../../src/json/parse-strict-json.ts";

/** Parses, and gives the error with which the text was refused. */
function refusal(text: string, maxDepth?: number): JsonError {
  try {
    parseStrictJson(text, maxDepth);
  } catch (error) {
    if (error instanceof JsonError) return error;
    throw error;
  }
  throw new Error(`accepted: ${text.slice(0, 80)}`);
}

describe("parseStrictJson", () => {
  test.each([
    ['{"a":1,"b":[{"a":2},{"a":3}]}'],
    ['{"a:b":"{\\"a\\":1,\\"a\\":2}"}'],
    ['{"text":"a \\\\","text2":"\\\\\\" : , { ["}'],
    ['{"":0," ":1}'],
    ['{"é":1,"e\\u0301":2}'],
    ['["\\ud83d\\ude00","\\\\ud800","\\u00e9","\\\\\\ud83d\\ude00"]'],
    ['{"constructor":1,"prototype":2,"toString":3,"proto":"__proto__"}'],
    [" [1 , 2\n]\t"],
    ['""'],
    ["null"],
    ["-0.5e-3"],
  ])("reads %j as JSON.parse does", (text) => {
    expect(parseStrictJson(text)).toEqual(JSON.parse(text));
  });

  test("reads up to 50,000 members, and refuses more before parsing", () => {
    const members = Array.from({ length: 50_000 }, (_, index) => `"k${index}":0`);
    expect(Object.keys(Object(parseStrictJson(`{${members.join(",")}}`)))).toHaveLength(50_000);
    expect(refusal(`[{"a":0},{${members.join(",")}}]`).reason).toBe("members");
  });

  test("leaves prototypes alone", () => {
    expect(Object.getPrototypeOf(parseStrictJson('{"constructor":{"prototype":{"x":1}}}'))).toBe(
      Object.prototype,
    );
  });

  test.each<[string, JsonFault]>([
    ["", "syntax"],
    ["{", "syntax"],
    ['{"a":1,}', "syntax"],
    ["{'a':1}", "syntax"],
    ['{"a":"unclosed', "syntax"],
    ['"\\', "syntax"],
    ["]]]]", "syntax"],
    ["NaN", "syntax"],
    ["{}{}", "syntax"],
    ["\uFEFF{}", "byte_order_mark"],
    ['{"a":1,"a":1}', "duplicate_name"],
    ['{"\\u0061":1,"a":2}', "duplicate_name"],
    ['[{"x":{"a":1,"b":2,"a":3}}]', "duplicate_name"],
    ['{"__proto__":1}', "proto_name"],
    ['{"\\u005f_proto__":{"admin":true}}', "proto_name"],
    ['[[{"a":{"__proto__":null}}]]', "proto_name"],
    ['"\\ud800"', "lone_surrogate"],
    ['"\\uDC00"', "lone_surrogate"],
    ['"\\ude00\\ud83d"', "lone_surrogate"],
    ['"\\ud83d\\ud83d\\ude00"', "lone_surrogate"],
    ['"\\ud83dx"', "lone_surrogate"],
    ['"\\ud83d\\n"', "lone_surrogate"],
    ['{"\\uD800":1}', "lone_surrogate"],
    ['"\\\\\\ud800"', "lone_surrogate"],
  ])("refuses %p: %s", (text, reason) => {
    expect(refusal(text).reason).toBe(reason);
  });

  test("counts the depth of objects and lists together, before parsing", () => {
    const nested = (levels: number) => '{"a":['.repeat(levels / 2) + "]}".repeat(levels / 2);
    expect(parseStrictJson(nested(64))).toBeDefined();
    expect(refusal(nested(66)).reason).toBe("depth");
    expect(refusal(nested(34), 32).reason).toBe("depth");
    expect(refusal("[".repeat(4_000_000)).reason).toBe("depth");
    expect(parseStrictJson(`["${"[".repeat(1000)}"]`)).toEqual(["[".repeat(1000)]);
  });

  test("does not add up the depth of siblings", () => {
    expect(parseStrictJson(`[${"[],".repeat(1000)}{}]`)).toHaveLength(1001);
  });

  test.each([
    ['{"model":"a","model":"b"}', "model"],
    [
      '{"messages":[{"role":"user"},{"role":"user","content":[[1,2],{"a":1,"a":2}]}]}',
      "messages[1].content[1].a",
    ],
    ['{"a":"},{","b":{"c":[],"c":1}}', "b.c"],
    ['{"a b":{"c":1,"c":1}}', ""],
    ['{"a":{"not \\u0070lain":1,"not plain":1}}', "a"],
    ['{"tools":[{"x":1},{"\\u0078":1,"x":1}]}', "tools[1].x"],
  ])("says where %s repeats a name", (text, param) => {
    expect(refusal(text).param).toBe(param);
  });

  test("throws invalid_json with a message that names the reason and quotes nothing", () => {
    const error = refusal('{"secret":"hunter2","s":1,"s":2}');
    expect(error.code).toBe("invalid_json");
    expect(error.status).toBe(400);
    expect(error.message).toBe("The JSON has an object with the same name twice.");
    expect(JSON.stringify(error) + error.message).not.toContain("hunter2");
  });

  test("takes time proportional to the text, even for hostile texts of 1 MiB", () => {
    const size = 1 << 20;
    const texts = [
      JSON.stringify({ a: "x".repeat(size) }),
      JSON.stringify({ a: '"'.repeat(size / 2) }),
      JSON.stringify({ a: "\\".repeat(size / 2) }),
      `"${"\\ud83d\\ude00".repeat(size / 12)}"`,
      `[${'"",'.repeat(size / 3)}""]`,
      `[${'{"a":1},'.repeat(size / 8)}{"a":1,"a":2}]`,
      '"'.repeat(size),
      `"${"\\".repeat(size)}`,
    ];
    for (const text of texts) {
      const start = performance.now();
      try {
        parseStrictJson(text);
      } catch (error) {
        expect(error).toBeInstanceOf(JsonError);
      }
      expect(performance.now() - start).toBeLessThan(10_000);
    }
  });
});
