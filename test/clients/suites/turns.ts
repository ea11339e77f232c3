import { describe, expect, test } from "bun:test";
import { CALLERS, type CallerKind } from "../../support/callers/index.ts";
import { VENDORS, type Vendor } from "../../support/vendors/index.ts";
import { CALLS, IMAGE, LAST, OBJECT, resultOf, SCHEMA, TEXT, TOOLS, USAGE } from "../script.ts";
import type { Stage } from "../stage.ts";

/**
 * What the vendor must get back: its signature, byte for byte, or the reasoning itself if it does
 * not sign.
 */
function proofOf(vendor: Vendor, kind: CallerKind, stream: boolean): unknown {
  if (vendor.name !== "plain") return CALLS.signature;
  // openai's accumulator keeps only the last piece of a field that it does not know; so it does
  // when it calls such a vendor directly.
  return kind.name === "openai (chat.completions)" && stream
    ? expect.stringMatching(/^.{1,5}$/)
    : CALLS.reasoning;
}

/** What people do with their client library, with each vendor behind the server. */
export function describeTurns({ upstream, caller, play }: Stage): void {
  for (const kind of CALLERS) {
    for (const vendor of VENDORS) {
      describe(`${kind.name} with ${vendor.name}`, () => {
        const client = caller(kind);
        const model = `${vendor.name}/${vendor.model}`;
        const prompt = "How is it in Zürich?";

        for (const stream of [false, true]) {
          const form = stream ? "streamed" : "whole";

          test(`text, ${form}`, async () => {
            play(vendor, TEXT);
            expect(await client.ask({ model, prompt, stream })).toMatchObject({
              text: TEXT.text,
              calls: [],
              finish: "stop",
              usage: USAGE,
            });
          });

          test(`a loop of two turns with parallel tools and reasoning, ${form}`, async () => {
            play(vendor, CALLS, LAST);
            const first = await client.ask({
              model,
              prompt,
              stream,
              tools: TOOLS,
              reasoning: true,
            });
            expect(first).toMatchObject({
              text: CALLS.text,
              reasoning: CALLS.reasoning,
              calls: CALLS.calls,
              finish: "tool_calls",
              usage: USAGE,
            });
            const second = await first.reply(resultOf);
            expect(second).toMatchObject({ text: LAST.text, calls: [], finish: "stop" });

            const sent = vendor.read(upstream.requests[1]?.json());
            expect(sent).toMatchObject({
              callIds: ["call_1", "call_2"],
              resultIds: ["call_1", "call_2"],
              results: ["sunny ☀", "noon"],
            });
            expect<unknown>(sent.signatures).toEqual([proofOf(vendor, kind, stream)]);
          });

          test(`structured output, ${form}`, async () => {
            play(vendor, OBJECT);
            const { text } = await client.ask({ model, prompt, stream, schema: SCHEMA });
            expect(JSON.parse(text)).toEqual({ city: "Zürich", degrees: 21.5 });
            expect(vendor.read(upstream.requests[0]?.json()).schema).toMatchObject(SCHEMA);
          });
        }

        test("an image", async () => {
          play(vendor, TEXT);
          await client.ask({ model, prompt, stream: false, image: IMAGE });
          expect(vendor.read(upstream.requests[0]?.json()).images).toEqual([IMAGE]);
        });
      });
    }
  }
}
