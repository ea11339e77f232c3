import type { ExtrasHolder } from "../../chat/extras.ts";
import { FORMATS, type Format, type Signature } from "../../chat/format.ts";
import { originOf } from "../../formats/openai-chat/reasoning-origin.ts";
import { CARRIED_PREFIX } from "../embedded-text.ts";

/**
 * What a carried signature signs. A client of this format sends back the `signature` of thinking blocks and nothing else that is
 * opaque, so other vendors' signatures all travel there: those of tool calls and texts in a thinking block of their own.
 */
export type Signed =
  | { kind: "reasoning" | "redacted" }
  /** The text before it; or, where there was none, an empty one. */
  | { kind: "text" | "empty_text" }
  | { kind: "tool_call"; toolCallId: string }
  /** Nothing: the value says where the reasoning stood in an answer of OpenAI's Chat Completions. */
  | { kind: "origin" };

const KINDS: ReadonlySet<string> = new Set<Signed["kind"]>([
  "reasoning",
  "redacted",
  "text",
  "empty_text",
  "tool_call",
  "origin",
]);

/** A signature → the text for a thinking block's `signature`. Anthropic's own signature of reasoning stays what it is. */
export function embedSignature(signature: Signature, signed: Signed): string {
  if (signature.format === "anthropic" && signed.kind === "reasoning") return signature.value;
  const toolCallId = signed.kind === "tool_call" ? signed.toolCallId : "";
  const fields = [
    signature.format,
    signed.kind,
    encodeURIComponent(signature.id ?? ""),
    encodeURIComponent(toolCallId),
  ];
  return `${CARRIED_PREFIX}${fields.join(":")}:${signature.value}`;
}

/** For reasoning without a signature: where it stood, if the vendor wants it back there; else an empty text. */
export function embedOrigin(reasoning: ExtrasHolder): string {
  const value = originOf(reasoning);
  return value === undefined
    ? ""
    : embedSignature({ format: "openai_chat", value }, { kind: "origin" });
}

/** The other way round; undefined for what is a signature of Anthropic's. */
export function restoreSignature(
  text: string,
): { signature: Signature; signed: Signed } | undefined {
  if (!text.startsWith(CARRIED_PREFIX)) return undefined;
  const match = /^([^:]*):([^:]*):([^:]*):([^:]*):(.*)$/s.exec(text.slice(CARRIED_PREFIX.length));
  const [, format = "", kind = "", id = "", toolCallId = "", value = ""] = match ?? [];
  if (!isFormat(format) || !isKind(kind)) return undefined;
  const signatureId = decode(id);
  const signature: Signature = {
    format,
    value,
    ...(signatureId === "" ? {} : { id: signatureId }),
  };
  return {
    signature,
    signed: kind === "tool_call" ? { kind, toolCallId: decode(toolCallId) } : { kind },
  };
}

function isFormat(text: string): text is Format {
  return FORMATS.some((format) => format === text);
}

function isKind(text: string): text is Signed["kind"] {
  return KINDS.has(text);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
