import { describe, expect, test } from "bun:test";
import * as z from "zod/mini";
import { looseObject, strictObject } from "../../../src/json/object-schema.ts";

const shape = {
  name: z.string(),
  count: z.optional(z.int().check(z.gte(0))),
  note: z.nullable(z.string()),
  anything: z.unknown(),
  size: z._default(z.number(), 7),
  tags: z.optional(z.array(z.string())),
  either: z.optional(z.union([z.string(), z.strictObject({ name: z.string() })])),
  shown: z.optional(z._default(z.boolean(), true)),
  length: z.optional(
    z.pipe(
      z.string(),
      z.transform((text: string) => text.length),
    ),
  ),
};

/** Whatever is put in the place of one field of a valid object. */
const VALUES: unknown[] = [undefined, null, 0, -1, 1.5, "text", [], ["a"], [1], {}, { name: "x" }];
const valid = { name: "a", note: null, anything: 1 };

const inputs: unknown[] = [
  ...VALUES,
  valid,
  { ...valid, count: 3, size: 1, tags: ["a"] },
  { ...valid, other: 1, another: 2 },
  JSON.parse('{"name":"a","note":null,"anything":1,"__proto__":{"count":1}}'),
  Object.create(valid),
  ...Object.keys(shape).flatMap((name) => [
    ...VALUES.map((value) => ({ ...valid, [name]: value })),
    Object.fromEntries(Object.entries(valid).filter(([other]) => other !== name)),
  ]),
];

/** Objects in lists in objects, as messages have parts. */
const LEVELS = 16;

describe.each([
  ["strict", strictObject, z.strictObject],
  ["loose", looseObject, z.looseObject],
] as const)("a %s object", (_name, own, zods) => {
  test("takes and refuses what zod's does, for the same reasons", () => {
    const [mine, theirs] = [own(shape), zods(shape)];
    for (const input of inputs) {
      const [result, expected] = [mine.safeParse(input), theirs.safeParse(input)];
      expect(result.data).toStrictEqual(expected.data);
      expect(result.error?.issues).toStrictEqual(expected.error?.issues);
    }
  });

  test("reads an invalid object no more often than its depth", () => {
    let reads = 0;
    let level: z.ZodMiniType = z.string().check(
      z.refine(() => {
        reads += 1;
        return false;
      }),
    );
    let input: unknown = "text";
    for (let depth = 0; depth < LEVELS; depth++) {
      level = own({ inner: z.array(level) });
      input = { inner: [input] };
    }
    expect(level.safeParse(input).error?.issues).toHaveLength(1);
    expect(reads).toBeLessThanOrEqual(LEVELS + 1);
  });

  test("reads as before after a check that throws", () => {
    let throws = true;
    const check = z.string().check(
      z.refine(() => {
        if (throws) throw new Error("no");
        return true;
      }),
    );
    const schema = own({ inner: own({ text: check, count: z.optional(z.int()) }) });
    expect(() => schema.safeParse({ inner: { count: "x", text: "a" } })).toThrow("no");
    throws = false;
    expect(schema.safeParse({ inner: { text: "a", count: 1 } }).data).toStrictEqual({
      inner: { text: "a", count: 1 },
    });
  });
});
