import type { ScriptedAnswer } from "../vendors/vendor.ts";

/** Base64 with all that could be lost on the way: `+`, `/` and padding. */
const SIGNATURE = "EqQBCkYIBxgCKkD/+a8Zr3+/vLw0b/Kx==";

const NESTED = {
  city: 'Zürich "City" 🎉',
  days: [1, 2.5, -3e-7, 1e21, 0],
  options: { metric: true, region: null, deep: [[{ constructor: "x", "": [] }], {}] },
  path: "C:\\temp\\new\n\t\u0000\u2028",
};

function repeat(count: number, piece: (at: number) => string): string {
  return Array.from({ length: count }, (_, at) => piece(at)).join("");
}

/**
 * Answers that every vendor of chat APIs can give. Each vendor's format writes them in its own way,
 * whole and streamed: the texts and arguments are chosen for what a translation could lose.
 */
export const ANSWERS: Readonly<Record<string, ScriptedAnswer>> = {
  "one word": { text: "Hello" },
  "letters of one to four bytes": { text: "aéü€漢字🎉👩‍👩‍👧‍👦 e\u0301 \u200fשלום\u200e مرحبا" },
  "what looks like a stream": {
    text: "data: [DONE]\n\nevent: error\ndata: {}\r\n\r\n: ping\rid: 1\u2028\u2029\u0085retry: 0",
  },
  "what looks like JSON": {
    text: '{"city":"Zürich","degrees":21.5,"nested":{"a":["\\n","\\\\"]}}',
  },
  "white space around and within": { text: "\n\n  \t indented\n\n\n  \u00a0 and trailing \n" },
  "control characters": { text: "bell \u0007, escape \u001b[31m, null \u0000, delete \u007f" },
  "quotes, entities and tags": {
    text: `"it's" &amp; <script>alert("x")</script> \`code\` \\u0041 \${x} %s %00`,
  },
  "a long text": { text: repeat(60, (at) => `Line ${at}: äöü 漢字\n`) },
  "no text at all, then the end": { text: "" },
  "a text that was cut": { text: "This goes on and", finish: "length" },
  "a text that was stopped by a filter": { text: "Here is how", finish: "content_filter" },
  "reasoning before a text": {
    reasoning: "First this.\n\nThen that.",
    signature: SIGNATURE,
    text: "42",
  },
  "long reasoning": {
    reasoning: repeat(50, (at) => `Step ${at}, 漢字. `),
    signature: SIGNATURE.repeat(40).replaceAll("==", ""),
    text: "Done.",
  },
  "reasoning that was cut": {
    reasoning: "Let me think about",
    signature: SIGNATURE,
    finish: "length",
  },
  "one call": { calls: [{ id: "call_1", name: "weather", arguments: { city: "Paris" } }] },
  "a call without arguments": { calls: [{ id: "call_1", name: "now", arguments: {} }] },
  "nested arguments": { calls: [{ id: "call_1", name: "weather", arguments: NESTED }] },
  "large arguments": {
    calls: [
      {
        id: "call_1",
        name: "write_file",
        arguments: { path: "a.txt", content: repeat(50, (at) => `${at} "quoted" \\ 🎉\n`) },
      },
    ],
  },
  "two calls at once": {
    calls: [
      { id: "call_1", name: "weather", arguments: { city: "Paris" } },
      { id: "call_2", name: "weather", arguments: { city: "Oslo" } },
    ],
  },
  "ten calls at once": {
    calls: Array.from({ length: 10 }, (_, at) => ({
      id: `call_${at}`,
      name: at % 2 === 0 ? "weather" : "now",
      arguments: at % 2 === 0 ? { city: `City ${at}` } : {},
    })),
  },
  "a text before calls": {
    text: "I look it up.",
    calls: [
      { id: "call_1", name: "weather", arguments: { city: "Zürich" } },
      { id: "call_2", name: "now", arguments: {} },
    ],
  },
  "reasoning before a call": {
    reasoning: "I need the weather.",
    signature: SIGNATURE,
    calls: [{ id: "call_1", name: "weather", arguments: { city: "Paris" } }],
  },
  "reasoning, a text and two calls": {
    reasoning: "I need weather and time.",
    signature: SIGNATURE,
    text: "I look it up.",
    calls: [
      { id: "call_1", name: "weather", arguments: { city: 'Zürich "City" 🎉' } },
      { id: "call_2", name: "now", arguments: {} },
    ],
  },
  "names and ids with all that is allowed": {
    calls: [
      {
        id: "toolu_01A-b_C9",
        name: "mcp__server-1__get_Data_2",
        arguments: { _a: "-", "b-c": "_" },
      },
    ],
  },
};

/** `one word, whole` and `one word, streamed`, and so on, numbered. */
export function eachAnswer<T>(
  write: (answer: ScriptedAnswer, streamed: boolean, name: string, number: number) => T,
): T[] {
  return Object.entries(ANSWERS).flatMap(([name, answer], number) => [
    write(answer, false, `${name}, whole`, number),
    write(answer, true, `${name}, streamed`, number),
  ]);
}

/** The nth of a list that is gone through again and again. */
export function pick<T>(list: readonly [T, ...T[]], number: number): T {
  return list[number % list.length] ?? list[0];
}
