import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as z from "zod";
import {
  createSseDecoder,
  SseLineTooLongError,
  type SseMessage,
} from "../../../src/stream/sse-decode.ts";

const encoder = new TextEncoder();

function decodeForeignParts(pieces: readonly Uint8Array[]): SseMessage[] {
  const decoder = createSseDecoder();
  return pieces.flatMap((piece) => decoder.decode(piece));
}

/** The bytes whole, byte by byte and, if short, cut in two at every position. */
function splits(bytes: Uint8Array): Uint8Array[][] {
  const single = Array.from(bytes, (_, index) => bytes.subarray(index, index + 1));
  const halves =
    bytes.length < 300
      ? single.map((_, index) => [bytes.subarray(0, index), bytes.subarray(index)])
      : [];
  return [[bytes], single, ...halves];
}

const CASES: [name: string, text: string, messages: SseMessage[]][] = [
  [
    "line feeds",
    "event: a\ndata: 1\n\ndata: 2\n\n",
    [
      { event: "a", data: "1" },
      { event: "", data: "2" },
    ],
  ],
  [
    "carriage returns",
    "event: a\rdata: 1\r\rdata: 2\r\r",
    [
      { event: "a", data: "1" },
      { event: "", data: "2" },
    ],
  ],
  [
    "both",
    "event: a\r\ndata: 1\r\n\r\ndata: 2\r\n\r\n",
    [
      { event: "a", data: "1" },
      { event: "", data: "2" },
    ],
  ],
  [
    "all three in one stream",
    "data: 1\r\rdata: 2\n\ndata: 3\r\n\r\n",
    [
      { event: "", data: "1" },
      { event: "", data: "2" },
      { event: "", data: "3" },
    ],
  ],
  ["several data lines", "data: 1\ndata:  2\ndata\n\n", [{ event: "", data: "1\n 2\n" }]],
  [
    "comments and unknown fields",
    ": hi\nretry: 1\nfoo: bar\ndata: 1\n\n: only a comment\n\n",
    [{ event: "", data: "1" }],
  ],
  [
    "ids, which hold until the next",
    "data: 0\n\nid: 7\ndata: 1\n\ndata: 2\n\nid: 8\0\ndata: 3\n\nid\ndata: 4\n\n",
    [
      { event: "", data: "0" },
      { event: "", data: "1", id: "7" },
      { event: "", data: "2", id: "7" },
      { event: "", data: "3", id: "7" },
      { event: "", data: "4", id: "" },
    ],
  ],
  ["a byte order mark", "\uFEFFdata: 1\n\n", [{ event: "", data: "1" }]],
  ["an incomplete last message", "data: 1\n\ndata: 2\n", [{ event: "", data: "1" }]],
  ["letters of two, three and four bytes", "data: é€🎉\n\n", [{ event: "", data: "é€🎉" }]],
  ["an event without data", "event: a\n\ndata: 1\n\n", [{ event: "", data: "1" }]],
];

describe("createSseDecoder", () => {
  for (const [name, text, messages] of CASES) {
    test(`reads ${name}, however it is cut into pieces`, () => {
      for (const pieces of splits(encoder.encode(text)))
        expect(decodeForeignParts(pieces)).toEqual(messages);
    });
  }

  test("turns bytes that are not UTF-8 into U+FFFD", () => {
    const bytes = new Uint8Array([...encoder.encode("data: a"), 0xff, ...encoder.encode("b\n\n")]);
    expect(decodeForeignParts([bytes])).toEqual([{ event: "", data: "a\uFFFDb" }]);
  });

  test("refuses an endless line", () => {
    const decoder = createSseDecoder();
    const mebibyte = encoder.encode("x".repeat(1024 * 1024));
    decoder.decode(encoder.encode("data: "));
    expect(() => {
      for (let count = 0; count < 9; count++) decoder.decode(mebibyte);
    }).toThrow(SseLineTooLongError);
  });

  const vectors = resolve(import.meta.dir, "../../../../shared/vectors/sse/sse-parser-cases.json");
  test.skipIf(!existsSync(vectors))(
    "reads every case of the shared vectors (needs ../shared/vectors)",
    () => {
      const schema = z.object({
        cases: z.array(
          z.object({
            name: z.string(),
            inputBase64: z.string(),
            events: z.array(
              z.object({ event: z.string(), data: z.string(), id: z.string().optional() }),
            ),
          }),
        ),
      });
      const { cases } = schema.parse(JSON.parse(readFileSync(vectors, "utf8")));
      expect(cases.length).toBeGreaterThan(30);
      for (const { name, inputBase64, events } of cases) {
        const wanted = events.map(({ event, data, id }) => ({
          event: event === "message" ? "" : event,
          data,
          ...(id === undefined ? {} : { id }),
        }));
        const bytes = Uint8Array.fromBase64(inputBase64);
        for (const pieces of bytes.length > 100_000 ? [[bytes]] : splits(bytes)) {
          expect({ name, messages: decodeForeignParts(pieces) }).toEqual({
            name,
            messages: wanted,
          });
        }
      }
    },
  );
});
