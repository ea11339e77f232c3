import { describe, expect, test } from "bun:test";
import { decodeUtf8 } from "../../../src/json/decode-utf8.ts";
import { JsonError } from "../../../src/json/json-error.ts";
import { parseStrictJson } from "../../../src/json/parse-strict-json.ts";

describe("decodeUtf8", () => {
  test("reads UTF-8", () => {
    expect(decodeUtf8(new TextEncoder().encode('"é日😀"'))).toBe('"é日😀"');
  });

  test.each([
    ["a lone continuation byte", [0x22, 0x80, 0x22]],
    ["an overlong slash", [0x22, 0xc0, 0xaf, 0x22]],
    ["a surrogate", [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ["a cut sequence", [0x22, 0xe6, 0x97]],
    ["Latin-1", [0x22, 0xe9, 0x22]],
    ["UTF-16", [0xff, 0xfe, 0x22, 0x00, 0x22, 0x00]],
  ])("refuses %s", (_name, bytes) => {
    expect(() => decodeUtf8(Uint8Array.from(bytes))).toThrow("The JSON is not valid UTF-8.");
  });

  test("works again after a refusal", () => {
    expect(() => decodeUtf8(Uint8Array.of(0xe6))).toThrow(JsonError);
    expect(decodeUtf8(new TextEncoder().encode("ok"))).toBe("ok");
  });

  test("keeps a byte order mark, so that the parser refuses it", () => {
    const text = decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d));
    expect(text).toBe("\uFEFF{}");
    expect(() => parseStrictJson(text)).toThrow(
      "The JSON begins with a byte order mark; remove it.",
    );
  });
});
