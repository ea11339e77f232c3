import type { Part, ReasoningPart, TextPart, ToolCallPart } from "../../chat/part.ts";
import { keepPlace } from "../caller-paths.ts";
import type { ForeignPart } from "./foreign-part.ts";

/** What the message itself says. */
export interface MessageContent {
  text: string;
  reasoning: string;
  calls: readonly ToolCallPart[];
}

/**
 * The parts of the answer as they were. If the caller changed a text, its parts cannot be told
 * apart any more: it comes back as one part without signatures.
 */
export function restoreParts(foreign: readonly ForeignPart[], content: MessageContent): Part[] {
  const takeText = createCutter(
    content.text,
    sumLengths(foreign, (part) => ("text" in part ? part.text : 0)),
  );
  const takeReasoning = createCutter(
    content.reasoning,
    sumLengths(foreign, (part) =>
      "reasoning" in part && typeof part.reasoning === "number" ? part.reasoning : 0,
    ),
  );
  const calls = new Map(content.calls.map((call) => [call.id, call]));
  const parts: Part[] = [];

  for (const part of foreign) {
    if ("opaque" in part) parts.push({ type: "opaque", ...part.opaque });
    else if ("call" in part) {
      const call = calls.get(part.call);
      if (!call) continue;
      calls.delete(part.call);
      parts.push(withSignature(call, part.signature));
    } else if ("text" in part) {
      const cut = takeText(part.text);
      if (!cut) continue;
      const text: TextPart = { type: "text", text: cut.text };
      parts.push(withSignature(text, cut.exact ? part.signature : undefined));
    } else {
      const cut =
        typeof part.reasoning === "string"
          ? { text: part.reasoning, exact: true }
          : takeReasoning(part.reasoning);
      if (!cut) continue;
      const reasoning: ReasoningPart = {
        type: "reasoning",
        text: cut.text,
        ...(part.redacted ? { redacted: true } : {}),
      };
      parts.push(withSignature(reasoning, cut.exact ? part.signature : undefined));
    }
  }
  // What no foreign part covers: text beyond the known length, calls that were added.
  const more = takeText(Number.POSITIVE_INFINITY);
  if (more && more.text !== "") parts.push({ type: "text", text: more.text });
  parts.push(...calls.values());
  return parts;
}

function sumLengths(
  foreign: readonly ForeignPart[],
  lengthOf: (part: ForeignPart) => number,
): number {
  return foreign.reduce((sum, part) => sum + lengthOf(part), 0);
}

/**
 * Cuts a text into parts of the given lengths. If its own length is not their sum, the first cut
 * takes the whole text and later ones nothing.
 */
function createCutter(
  text: string,
  sum: number,
): (length: number) => { text: string; exact: boolean } | undefined {
  const exact = sum === text.length;
  let at = 0;
  return (length) => {
    if (!exact && at > 0) return undefined;
    const cut =
      exact && length !== Number.POSITIVE_INFINITY ? text.slice(at, at + length) : text.slice(at);
    at = exact ? at + cut.length : 1;
    return { text: cut, exact };
  };
}

function withSignature<T extends TextPart | ReasoningPart | ToolCallPart>(
  part: T,
  signature: T["signature"],
): T {
  return signature ? keepPlace(part, { ...part, signature }) : part;
}
