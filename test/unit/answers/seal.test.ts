import { describe, expect, test } from "bun:test";
import { createSeal } from "../../../src/answers/seal.ts";

const [FIRST = "", SECOND = ""] = [1, 2].map((byte) => Buffer.alloc(32, byte).toString("base64"));

describe("a seal", () => {
  test("opens what it sealed, of any text", async () => {
    const seal = createSeal([FIRST]);
    for (const text of ["", "a", "ä€😀", "x".repeat(100_000)]) {
      const sealed = await seal.seal(text, "here");
      expect(await seal.open(sealed, "here")).toBe(text);
      if (text.length > 3) expect(sealed).not.toContain(text);
    }
  });

  test("seals the same text anew each time", async () => {
    const seal = createSeal([FIRST]);
    expect(await seal.seal("a", "here")).not.toBe(await seal.seal("a", "here"));
  });

  test("opens what the previous key sealed, and nothing of another", async () => {
    const old = await createSeal([FIRST]).seal("a", "here");
    expect(await createSeal([SECOND, FIRST]).open(old, "here")).toBe("a");
    expect(await createSeal([SECOND]).open(old, "here")).toBeNull();
    const now = await createSeal([SECOND, FIRST]).seal("a", "here");
    expect(await createSeal([FIRST]).open(now, "here")).toBeNull();
  });

  test("opens nothing that was changed, moved, or never sealed", async () => {
    const seal = createSeal([FIRST]);
    const sealed = await seal.seal("a secret", "here");
    expect(await seal.open(sealed, "there")).toBeNull();
    const [id, iv, body = ""] = sealed.split(".");
    const flipped = body.startsWith("A") ? `B${body.slice(1)}` : `A${body.slice(1)}`;
    expect(await seal.open(`${id}.${iv}.${flipped}`, "here")).toBeNull();
    for (const text of ["", "plain", "a.b.c", '{"a":1}'])
      expect(await seal.open(text, "here")).toBeNull();
  });

  test("without a key leaves texts as they are", async () => {
    const seal = createSeal([]);
    expect(await seal.seal("a", "here")).toBe("a");
    expect(await seal.open("a", "there")).toBe("a");
  });
});
