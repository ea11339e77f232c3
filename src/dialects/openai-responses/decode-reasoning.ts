import type { Part, ReasoningPart, TextPart, ToolCallPart } from "../../chat/part.ts";
import { noteOrigin } from "../../formats/openai-chat/reasoning-origin.ts";
import {
  decodeReasoningExtras,
  TEXT_SEPARATOR,
  textsOf,
} from "../../formats/openai-responses/reasoning-item.ts";
import { noteSignature } from "../caller-paths.ts";
import { decodeEmbeddedPart, type Embedded } from "./embed-foreign.ts";
import type { ReasoningItem } from "./item.ts";

/**
 * A reasoning item: OpenAI's own, or what this server embedded in one; undefined if that belongs to
 * an earlier part. `param` is the path of its `encrypted_content`.
 */
export function decodeReasoning(
  item: ReasoningItem,
  param: string,
  state: AssistantState,
): Part | undefined {
  const embedded = decodeEmbeddedPart(item.encrypted_content, param);
  if (embedded && "signature" in embedded) noteSignature(embedded.signature, param);
  if (embedded) return restoreEmbedded(embedded, item, state);
  const own = decodeOwn(item);
  noteSignature(own.signature, param);
  return own;
}

function decodeOwn(item: ReasoningItem): ReasoningPart {
  return {
    type: "reasoning",
    text: joinTexts(item),
    ...decodeReasoningExtras(item, textsOf(item)),
  };
}

function joinTexts(item: ReasoningItem): string {
  return textsOf(item)
    .map(({ text }) => text)
    .join(TEXT_SEPARATOR);
}

/** What a later signature may belong to: the assistant's calls by id, and its latest text. */
export interface AssistantState {
  readonly calls: Map<string, ToolCallPart>;
  text: TextPart | undefined;
}

/**
 * What this server embedded in a reasoning item: a part of its own, or the signature of an earlier
 * part.
 */
function restoreEmbedded(
  embedded: Embedded,
  item: ReasoningItem,
  state: AssistantState,
): Part | undefined {
  switch (embedded.of) {
    case "reasoning": {
      const { of: _of, origin, ...proof } = embedded;
      const noted = origin === undefined ? {} : noteOrigin(origin);
      return { type: "reasoning", text: joinTexts(item), ...proof, ...noted };
    }
    case "opaque":
      return { type: "opaque", format: embedded.format, value: embedded.value };
    case "tool_call": {
      const call = state.calls.get(embedded.id);
      if (call) call.signature = embedded.signature;
      return undefined;
    }
    case "text":
      if (state.text) state.text.signature = embedded.signature;
      return undefined;
  }
}
