import { describe, expect, test } from "bun:test";
import { fingerprint, nameAnswer, nameKey } from "../../../src/answers/identify.ts";
import { skipEvents } from "../../../src/answers/skip-events.ts";

const OWNER = { issuer: "i", tenant: "t", subject: "s" };

describe("the name of an answer", () => {
  test("is another for every issuer, tenant, subject and id, and tells nothing of them", async () => {
    const names = await Promise.all([
      nameAnswer(OWNER, "id"),
      nameAnswer({ ...OWNER, issuer: "j" }, "id"),
      nameAnswer({ ...OWNER, tenant: null }, "id"),
      nameAnswer({ ...OWNER, tenant: "null" }, "id"),
      nameAnswer({ ...OWNER, subject: "other" }, "id"),
      // What one part has at its end, another must not have at its beginning.
      nameAnswer({ issuer: "i", tenant: "ts", subject: "" }, "id"),
      nameAnswer(OWNER, "id2"),
      nameKey(OWNER, "/chat", "id"),
      nameKey(OWNER, "/v1/messages", "id"),
    ]);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[0-9a-f]{40}$/);
  });
});

describe("a fingerprint", () => {
  const of = (body: unknown) => fingerprint(body, false);

  test("does not depend on the order of members", async () => {
    const one = { a: 1, b: { c: [1, { d: 2, e: null }], f: "x" } };
    const other = { b: { f: "x", c: [1, { e: null, d: 2 }] }, a: 1 };
    expect(await of(one)).toBe(await of(other));
  });

  test("is another for everything else", async () => {
    const bodies = [
      {},
      [],
      { a: 1 },
      { a: "1" },
      { a: [1, 2] },
      { a: [2, 1] },
      { a: { b: 1 } },
      { a: [["b", 1]] },
      { a: { members: [["b", 1]] } },
      { a: null },
    ];
    const all = await Promise.all(bodies.map(of));
    expect(new Set(all).size).toBe(bodies.length);
    expect(await fingerprint({ a: 1 }, true)).not.toBe(await fingerprint({ a: 1 }, false));
  });
});

test("events are skipped from the beginning", () => {
  const text = "id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: c\n\n";
  expect(skipEvents(text, 0)).toBe(text);
  expect(skipEvents(text, 1)).toBe("id: 2\ndata: b\n\nid: 3\ndata: c\n\n");
  expect(skipEvents(text, 3)).toBe("");
  expect(skipEvents(text, 9)).toBe("");
});
