import type { ExtrasHolder } from "../../chat/extras.ts";
import { FORMATS, type Format, type Signature } from "../../chat/format.ts";
import { originOf } from "../../formats/openai-chat/reasoning-origin.ts";
import { defined } from "../../json/defined.ts";
import { EMBEDDED_PREFIX } from "../embedded-text.ts";

/**
 * What an embedded signature belongs to. Clients of this format send back the `signature` of a
 * thinking block and no other opaque field, so every foreign signature travels there. Those of tool
 * calls and texts get a thinking block of their own.
 */
export type SignatureOwner =
  | { kind: "reasoning" | "redacted" }
  /** The text before it, or an empty text if there is none. */
  | { kind: "text" | "empty_text" }
  | { kind: "tool_call"; toolCallId: string }
  /**
   * Nothing: the value says where the reasoning stood in an answer of OpenAI's Chat Completions.
   */
  | { kind: "origin" };

const KINDS: ReadonlySet<string> = new Set<SignatureOwner["kind"]>([
  "reasoning",
  "redacted",
  "text",
  "empty_text",
  "tool_call",
  "origin",
]);

/**
 * A signature → the `signature` of a thinking block. Anthropic's own signature of reasoning stays
 * as it is.
 */
export function embedSignature(signature: Signature, owner: SignatureOwner): string {
  if (signature.format === "anthropic" && owner.kind === "reasoning") return signature.value;
  const toolCallId = owner.kind === "tool_call" ? owner.toolCallId : "";
  const fields = [
    signature.format,
    owner.kind,
    encodeURIComponent(signature.id ?? ""),
    encodeURIComponent(toolCallId),
  ];
  return `${EMBEDDED_PREFIX}${fields.join(":")}:${signature.value}`;
}

/**
 * For reasoning without a signature: where it stood, if the vendor wants it back there; else an
 * empty text.
 */
export function embedOrigin(reasoning: ExtrasHolder): string {
  const value = originOf(reasoning);
  return value === undefined
    ? ""
    : embedSignature({ format: "openai_chat", value }, { kind: "origin" });
}

/** The reverse. Undefined for Anthropic's own signatures. */
export function restoreSignature(
  text: string,
): { signature: Signature; owner: SignatureOwner } | undefined {
  if (!text.startsWith(EMBEDDED_PREFIX)) return undefined;
  const match = /^([^:]*):([^:]*):([^:]*):([^:]*):(.*)$/s.exec(text.slice(EMBEDDED_PREFIX.length));
  const [, format = "", kind = "", id = "", toolCallId = "", value = ""] = match ?? [];
  if (!isFormat(format) || !isKind(kind)) return undefined;
  const signatureId = decode(id);
  const signature: Signature = {
    format,
    value,
    ...defined({ id: signatureId === "" ? undefined : signatureId }),
  };
  return {
    signature,
    owner: kind === "tool_call" ? { kind, toolCallId: decode(toolCallId) } : { kind },
  };
}

function isFormat(text: string): text is Format {
  return FORMATS.some((format) => format === text);
}

function isKind(text: string): text is SignatureOwner["kind"] {
  return KINDS.has(text);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
