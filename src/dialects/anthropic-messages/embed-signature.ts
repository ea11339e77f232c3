import { FORMATS, type Format, type Signature } from "../../chat/format.ts";
import { defined } from "../../json/defined.ts";
import { EMBEDDED_PREFIX } from "../embedded-text.ts";

/**
 * What a carried signature signs. A client of this format sends back the `signature` of thinking blocks and nothing else that is
 * opaque, so other vendors' signatures all travel there: those of tool calls and texts in a thinking block of their own.
 */
export type SignatureOwner =
  | { kind: "reasoning" | "redacted" }
  /** The text before it; or, where there was none, an empty one. */
  | { kind: "text" | "empty_text" }
  | { kind: "tool_call"; toolCallId: string };

const KINDS: ReadonlySet<string> = new Set<SignatureOwner["kind"]>([
  "reasoning",
  "redacted",
  "text",
  "empty_text",
  "tool_call",
]);

/** A signature → the text for a thinking block's `signature`. Anthropic's own signature of reasoning stays what it is. */
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

/** The other way round; undefined for what is a signature of Anthropic's. */
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
