import type { JsonObject } from "../../src/json/json-object.ts";
import type { ToldCall, ToolSpec } from "../support/callers/index.ts";
import { COUNTS, type ScriptedAnswer } from "../support/vendors/vendor.ts";

/** Base64 with all that could be lost on the way: `+`, `/` and padding. */
export const SIGNATURE = "EqQBCkYIBxgCKkD/+a8Zr3+/vLw0b/Kx==";
/** One pixel. */
export const IMAGE =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

export const TOOLS: readonly ToolSpec[] = [
  {
    name: "weather",
    description: "Tells the weather.",
    parameters: {
      type: "object",
      properties: { city: { type: "string" } },
      required: ["city"],
      additionalProperties: false,
    },
  },
  {
    name: "now",
    description: "Tells the time.",
    parameters: { type: "object", properties: {}, additionalProperties: false },
  },
];

export const SCHEMA: JsonObject & { type: "object" } = {
  type: "object",
  properties: { city: { type: "string" }, degrees: { type: "number" } },
  required: ["city", "degrees"],
  additionalProperties: false,
};

export const TEXT: ScriptedAnswer = { text: 'Grüße 🎉\n\n"quoted" \\ 日本語' };
export const OBJECT: ScriptedAnswer = { text: '{"city":"Zürich","degrees":21.5}' };
/** Two calls at once, one without arguments, behind reasoning that is signed. */
export const CALLS = {
  reasoning: "I need weather and time.",
  signature: SIGNATURE,
  text: "I look it up.",
  calls: [
    { id: "call_1", name: "weather", arguments: { city: 'Zürich "City" 🎉' } },
    { id: "call_2", name: "now", arguments: {} },
  ],
} as const satisfies ScriptedAnswer;
export const LAST: ScriptedAnswer = { text: "Sunny at noon." };

export const USAGE = { input: COUNTS.input, output: COUNTS.output };

export function resultOf({ name }: ToldCall): string {
  return name === "weather" ? "sunny ☀" : "noon";
}
