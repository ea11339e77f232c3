import type { JsonFault } from "../../src/json/json-error.ts";

/** A text of RFC 8259's edges: `y` is JSON, `n` is not; of an `i` it is for this server to say. */
export interface JsonCase {
  /** As JSONTestSuite names its files: what begins with `y_`, `n_` or `i_` is of that kind. */
  name: string;
  body: Uint8Array<ArrayBuffer>;
  /** Why this server refuses it; undefined if it takes it. */
  fault: JsonFault | undefined;
}

type Texts = Readonly<Record<string, string | readonly number[]>>;

/** A JSON text with something of each kind in it, and no more than that. */
const EVERYTHING = '{"a":[1,-2.5e+3,"b\\n\\u00e9"],"c":{"d":true,"e":false,"f":null}}';

const VALID: Texts = {
  ...Object.fromEntries(
    ["null", "true", "false", "0", "-0", "1.5", "1e5", "1E+5", "1e-5", '""', "[]", "{}", '"a"'].map(
      (text) => [`a single ${text}`, text],
    ),
  ),
  everything: EVERYTHING,
  "white space everywhere": EVERYTHING.replaceAll(/[[\]{}:,]/g, " \t\r\n$& \t\r\n"),
  "every escape": '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\uD83D\\uDE00"',
  "escapes that look like surrogates": '"\\\\ud800 \\\\\\\\udc00"',
  "the letters that end a line in JavaScript": '"\u2028\u2029\u0085"',
  "a null byte by an escape": '"\\u0000"',
  "delete and the last code point": '"\u007f\u{10ffff}\ufffe\uffff"',
  "an empty name": '{"":0}',
  "names that objects inherit": '{"constructor":1,"toString":2,"hasOwnProperty":3,"proto":4}',
  "the same name in two objects": '{"a":{"a":1},"b":[{"a":1},{"a":2}]}',
  "names that are alike": '{"e\u0301":1,"\u00e9":2,"A":3,"a":4," a":5}',
  "a number beyond a double": "[1e999,-1e999,1e-999]",
  "a long number": `[${"9".repeat(400)},0.${"1".repeat(400)}]`,
  "nesting up to the limit": `${"[".repeat(64)}${"]".repeat(64)}`,
  "brackets in a text": JSON.stringify("[{".repeat(10_000)),
};

const INVALID: Texts = {
  ...Object.fromEntries(
    Array.from({ length: EVERYTHING.length }, (_, at) => [
      `a text that is cut after ${at} letters`,
      EVERYTHING.slice(0, at),
    ]),
  ),
  ...Object.fromEntries(
    [
      ...["NaN", "Infinity", "-Infinity", "undefined", "True", "nul", "nulll", "TRUE", "None"],
      ...["01", "-01", "+1", ".5", "1.", "1.e5", "1e", "1e+", "--1", "0x1F", "1_000", "1,5", "１"],
      ...[
        "'a'",
        "`a`",
        "a",
        '"a',
        '"a\\"',
        '"\\x41"',
        '"\\u12G4"',
        '"\\u12"',
        '"\\a"',
        '"\\U0041"',
      ],
      ...["[1,]", "[,1]", "[1,,2]", "[1 2]", "[1;2]", "[1", "1]", "[}", "(1)", "[1]]", "[[1]"],
      ...[
        '{"a":1,}',
        "{,}",
        '{"a"}',
        '{"a":}',
        "{a:1}",
        "{1:1}",
        '{"a":1 "b":2}',
        '{"a":1;}',
        "{'a':1}",
      ],
      ...['{"a"::1}', '{"a":1:2}', '{"a",1}', '{"a":1}}', '{"a":1}{"b":2}', '["a":1]', "{[]:1}"],
      ...["// a\n1", "/* a */1", "1 // a", "# a\n1", "1\u0000", "\u00a01", "\u20281", "1\f", "\v1"],
      ...[
        '"tab\there"',
        '"line\nbreak"',
        '"null\u0000byte"',
        '"bell\u0007"',
        '"unit\u001fseparator"',
      ],
      ...[
        "{]",
        "[null,",
        "<html>",
        "data: {}",
        '"a" "b"',
        "1 1",
        "{}{}",
        "[][]",
        "\\",
        '"',
        "-",
        "$",
      ],
    ].map((text) => [JSON.stringify(text), text]),
  ),
};

/** Texts that JSON's grammar allows or leaves open, and this server refuses. */
const REFUSED = {
  utf8: {
    "a byte that UTF-8 has not": [0x22, 0xff, 0x22],
    "a continuation without its beginning": [0x22, 0x80, 0x22],
    "a letter that is cut": [0x22, 0xe2, 0x82, 0x22],
    "a letter written too long": [0x22, 0xc0, 0xaf, 0x22],
    "a surrogate in UTF-8": [0x22, 0xed, 0xa0, 0x80, 0x22],
    "a code point beyond the last": [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22],
    "Latin-1": [0x22, 0xe9, 0x22],
    "UTF-16": [0xff, 0xfe, 0x5b, 0, 0x5d, 0],
  },
  byte_order_mark: { "a byte order mark": "\ufeff{}", "nothing but a byte order mark": "\ufeff" },
  depth: {
    "arrays one deeper than the limit": `${"[".repeat(65)}${"]".repeat(65)}`,
    "objects deeper than the limit": `${'{"a":'.repeat(65)}1${"}".repeat(65)}`,
    "100,000 open brackets": "[".repeat(100_000),
  },
  members: { "50,001 members": `[${Array.from({ length: 50_001 }, () => '{"a":0}').join(",")}]` },
  lone_surrogate: {
    "half of a pair": '"\\ud800"',
    "the other half": '"\\udc00"',
    "halves in the wrong order": '"\\udc00\\ud800"',
    "two first halves": '"\\ud800\\ud800\\udc00"',
    "half of a pair in a name": '{"\\ud83d":1}',
    "half of a pair before another escape": '"\\uD83D\\n"',
  },
  duplicate_name: {
    "a name twice": '{"a":1,"a":1}',
    "a name twice, once by an escape": '{"a":1,"\\u0061":2}',
    "a name twice, deep within": '[{"x":{"a":1,"b":[],"a":3}}]',
    "an empty name twice": '{"":1,"":2}',
  },
  proto_name: {
    "the name __proto__": '{"__proto__":{"admin":true}}',
    "the name __proto__, by an escape": '{"a":{"\\u005f_proto__":1}}',
  },
} as const satisfies Readonly<Partial<Record<JsonFault, Texts>>>;

function toBytes(content: string | readonly number[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(typeof content === "string" ? Buffer.from(content) : content);
}

function toCases(kind: string, texts: Texts, fault: JsonFault | undefined): JsonCase[] {
  return Object.entries(texts).map(([name, content]) => ({
    name: `${kind}_${name}`,
    body: toBytes(content),
    fault,
  }));
}

export const JSON_CASES: readonly JsonCase[] = [
  ...toCases("y", VALID, undefined),
  ...toCases("n", INVALID, "syntax"),
  ...toCases("i", REFUSED.utf8, "utf8"),
  ...toCases("i", REFUSED.byte_order_mark, "byte_order_mark"),
  ...toCases("i", REFUSED.depth, "depth"),
  ...toCases("i", REFUSED.members, "members"),
  ...toCases("i", REFUSED.lone_surrogate, "lone_surrogate"),
  ...toCases("i", REFUSED.duplicate_name, "duplicate_name"),
  ...toCases("i", REFUSED.proto_name, "proto_name"),
];
