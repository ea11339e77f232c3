import type { Part, ReasoningPart, TextPart, ToolCallPart } from "../../chat/part.ts";
import { originOf } from "../../formats/openai-chat/reasoning-origin.ts";
import { encodeToolCall } from "../../formats/openai-responses/encode-input.ts";
import { openaiResponsesExtras } from "../../formats/openai-responses/extras.ts";
import { restoreOutputText } from "../../formats/openai-responses/message-item.ts";
import { restoreReasoning } from "../../formats/openai-responses/reasoning-item.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { type CallerTool, inputOf, namesOf, type RestoreCall } from "./caller-tool.ts";
import { type Embedded, encodeEmbeddedPart, foreignSignature } from "./embed-foreign.ts";

const ID_PREFIXES = {
  text: "msg",
  reasoning: "rs",
  tool_call: "fc",
  custom_call: "ctc",
  opaque: "rs",
} as const;

/** Every item needs an id: the vendor's, or one made of the answer's id and the item's position. */
export function mintItemId(
  kind: keyof typeof ID_PREFIXES,
  answerId: string,
  outputIndex: number,
): string {
  return `${ID_PREFIXES[kind]}_${answerId.replace(/^resp_/, "")}_${outputIndex}`;
}

/** A finished part → its items: one, or two if another vendor signed a text or a call. */
export function encodeOutputItems(
  part: Part,
  answerId: string,
  outputIndex: number,
  restoreCall: RestoreCall,
): JsonObject[] {
  switch (part.type) {
    case "text":
      return withSignature(
        encodeText(part, mintItemId("text", answerId, outputIndex)),
        part,
        { of: "text" },
        answerId,
        outputIndex,
      );
    case "tool_call":
      return withSignature(
        encodeCall(part, answerId, outputIndex, restoreCall(part)),
        part,
        { of: "tool_call", id: part.id },
        answerId,
        outputIndex,
      );
    case "reasoning":
      return [encodeReasoning(part, mintItemId("reasoning", answerId, outputIndex))];
    case "opaque": {
      const id = mintItemId("opaque", answerId, outputIndex);
      if (part.format === "openai_responses") return [{ id, ...part.value }];
      return [encodeEmbeddingItem(id, { of: "opaque", format: part.format, value: part.value })];
    }
    default:
      // Models return no other kind.
      return [];
  }
}

/** What the vendor said of its refusal beside the answer, as OpenAI itself words one. */
export function encodeRefusalItem(
  refusal: string,
  answerId: string,
  outputIndex: number,
): JsonObject {
  return {
    id: mintItemId("text", answerId, outputIndex),
    type: "message",
    status: "completed",
    role: "assistant",
    content: [{ type: "refusal", refusal }],
  };
}

function encodeCall(
  part: ToolCallPart,
  answerId: string,
  outputIndex: number,
  tool: CallerTool | undefined,
): JsonObject {
  const status = "completed";
  if (tool?.custom) {
    const id = mintItemId("custom_call", answerId, outputIndex);
    const names = namesOf(tool);
    return {
      id,
      type: "custom_tool_call",
      status,
      call_id: part.id,
      ...names,
      input: inputOf(part),
    };
  }
  const id = mintItemId("tool_call", answerId, outputIndex);
  return { id, status, ...encodeToolCall(part), ...(tool ? namesOf(tool) : {}) };
}

function encodeText(part: TextPart, id: string): JsonObject {
  const content = restoreOutputText(part);
  return {
    id,
    type: "message",
    status: "completed",
    role: "assistant",
    content: [content.type === "output_text" ? { logprobs: [], ...content } : content],
    ...openaiResponsesExtras.noteFields(part, "$item"),
  };
}

/**
 * Another vendor's reasoning is always embedded, because some vendors want it back even unsigned.
 */
function encodeReasoning(part: ReasoningPart, id: string): JsonObject {
  const own = restoreReasoning(part);
  if (own) return { id, ...own };
  const signature = foreignSignature(part);
  const origin = signature ? undefined : originOf(part);
  const embedded: Embedded = {
    of: "reasoning",
    ...(signature ? { signature } : {}),
    ...(origin === undefined ? {} : { origin }),
    ...(part.redacted ? { redacted: true } : {}),
  };
  const summary = part.text === "" ? [] : [{ type: "summary_text", text: part.text }];
  return { id, type: "reasoning", summary, encrypted_content: encodeEmbeddedPart(embedded) };
}

function encodeEmbeddingItem(id: string, embedded: Embedded): JsonObject {
  return { id, type: "reasoning", summary: [], encrypted_content: encodeEmbeddedPart(embedded) };
}

function withSignature(
  item: JsonObject,
  part: TextPart | ToolCallPart,
  owner: { of: "text" } | { of: "tool_call"; id: string },
  answerId: string,
  outputIndex: number,
): JsonObject[] {
  const signature = foreignSignature(part);
  if (!signature) return [item];
  return [
    item,
    encodeEmbeddingItem(`${mintItemId("reasoning", answerId, outputIndex)}_signature`, {
      ...owner,
      signature,
    }),
  ];
}
