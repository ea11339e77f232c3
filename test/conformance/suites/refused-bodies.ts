/**
 * Bodies that are refused before any call: what they are, the answer's status and code, and what it
 * must speak of.
 */
export const REFUSED_BODIES: [
  name: string,
  body: string | Uint8Array<ArrayBuffer>,
  status: number,
  code: string,
  says: RegExp,
][] = [
  ["nothing", "", 400, "invalid_json", /JSON/],
  ["not JSON", "{messages: 1}", 400, "invalid_json", /JSON/],
  ["two JSON values", "{} {}", 400, "invalid_json", /JSON/],
  ["a list", "[]", 400, "invalid_request", /object/],
  ["a text", '"hi"', 400, "invalid_request", /object/],
  ["no messages", '{"provider":"claude"}', 400, "invalid_request", /messages/],
  ["empty messages", '{"provider":"claude","messages":[]}', 400, "invalid_request", /messages/],
  [
    "an unknown field",
    '{"provider":"claude","messages":[{"role":"user","content":"x"}],"temprature":1}',
    400,
    "invalid_request",
    /temprature/,
  ],
  [
    "an unknown field inside",
    '{"provider":"claude","messages":[{"role":"user","content":[{"type":"text","text":"x","colour":"red"}]}]}',
    400,
    "invalid_request",
    /messages\[0\]\.content\[0\]\.colour/,
  ],
  [
    "a caller's base URL and key",
    '{"provider":"claude","messages":[{"role":"user","content":"x"}],"base_url":"http://127.0.0.1/"}',
    400,
    "invalid_request",
    /base_url/,
  ],
  [
    "an unknown role",
    '{"provider":"claude","messages":[{"role":"root","content":"x"}]}',
    400,
    "invalid_request",
    /messages\[0\]/,
  ],
  [
    "a name twice",
    '{"provider":"claude","provider":"echo","messages":[{"role":"user","content":"x"}]}',
    400,
    "invalid_json",
    /twice|duplicate/i,
  ],
  [
    "a name twice, once escaped",
    '{"provider":"claude","\\u0070rovider":"echo","messages":[{"role":"user","content":"x"}]}',
    400,
    "invalid_json",
    /twice|duplicate/i,
  ],
  [
    "__proto__",
    '{"provider":"claude","messages":[{"role":"user","content":"x"}],"__proto__":{"stream":true}}',
    400,
    "invalid_json",
    /__proto__/,
  ],
  [
    "lists nested 65 deep",
    `{"provider":"claude","messages":${"[".repeat(65)}${"]".repeat(65)}}`,
    400,
    "invalid_json",
    /deep|nest/i,
  ],
  [
    "50,001 members",
    `{${Array.from({ length: 50_001 }, (_, index) => `"k${index}":0`).join(",")}}`,
    400,
    "invalid_json",
    /50,000/,
  ],
  ["lists nested 100,000 deep", "[".repeat(100_000), 400, "invalid_json", /deep|nest/i],
  [
    "a lone surrogate",
    '{"provider":"claude","messages":[{"role":"user","content":"\\ud800"}]}',
    400,
    "invalid_json",
    /surrogate|unicode/i,
  ],
  [
    "invalid UTF-8",
    Uint8Array.from(
      Buffer.from(
        '{"provider":"claude","messages":[{"role":"user","content":"\xff\xfe"}]}',
        "latin1",
      ),
    ),
    400,
    "invalid_json",
    /UTF-8/,
  ],
  [
    "a provider that does not exist",
    '{"provider":"constructor","messages":[{"role":"user","content":"x"}]}',
    404,
    "unknown_provider",
    /provider/,
  ],
];
