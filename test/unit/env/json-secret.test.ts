import { describe, expect, test } from "bun:test";
import { parseJsonSecret } from "../../../src/env/json-secret.ts";

const OBJECT = {
  type: "service_account",
  note: "ä€🎉 a=b#c",
  key: "-----BEGIN-----\nabc==\n-----END-----\n",
};
const JSON_TEXT = JSON.stringify(OBJECT);
const BASE64 = Buffer.from(JSON_TEXT).toString("base64");

const FORMS: [name: string, value: string][] = [
  ["raw", JSON_TEXT],
  ["raw with white space", `\n  ${JSON.stringify(OBJECT, null, 2)}\n`],
  ["raw in quotes", `'${JSON_TEXT}'`],
  ["base64", BASE64],
  ["base64 without padding", BASE64.replace(/=+$/, "")],
  ["base64 cut by `cut -d= -f2`", `NAME=${BASE64}`.split("=")[1] ?? ""],
  ["base64url", BASE64.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")],
  ["base64 in lines", BASE64.replace(/(.{76})/g, "$1\n")],
  ["base64 in quotes", `"${BASE64}"`],
];

describe("parseJsonSecret", () => {
  for (const [name, value] of FORMS)
    test(`reads ${name}`, () => expect(parseJsonSecret(value)).toEqual(OBJECT));

  test.each([
    "",
    "{",
    "[1]",
    "null",
    "not a secret",
    Buffer.from("[1]").toString("base64"),
    BASE64.slice(0, 20),
    '"',
  ])("takes %p for no secret", (value) => expect(parseJsonSecret(value)).toBeNull());
});
