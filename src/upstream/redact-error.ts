import { ChatError, type ChatErrorDetail } from "../errors/chat-error.ts";
import { defined } from "../json/defined.ts";

/**
 * Headers without credentials. Any other may hold one: the operator chooses those of a compatible
 * server.
 */
const PLAIN_HEADERS: ReadonlySet<string> = new Set([
  "accept",
  "anthropic-beta",
  "anthropic-version",
  "content-type",
  "last-event-id",
  "user-agent",
]);

/**
 * Vendors may repeat any part of a refused key, so that many of its characters in a row are enough.
 * Fewer cannot be distinguished from words.
 */
const KNOWN_BY = 12;

/** The fields of an error that hold the vendor's text. */
const VENDORS_TEXTS = ["message", "param", "upstreamCode", "upstreamRequestId"] as const;

/** What of a call its vendor must not tell the caller. */
export interface SecretsOfCall {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The error without the call's own credentials and the upstream's address, in case the vendor
 * repeated them: removes everything from a piece of a credential, plain or encoded, and from the
 * address, to the next white space. The patterns of `publicMessage` only know the large vendors'
 * keys.
 */
export function redactError(error: ChatError, call: SecretsOfCall): ChatError {
  const changed: ChatErrorDetail = {};
  for (const name of VENDORS_TEXTS) {
    const text = error[name];
    const redacted = text && removeAddress(removePieces(text, call.headers), call.url);
    if (redacted !== text && redacted !== undefined) changed[name] = redacted;
  }
  if (Object.keys(changed).length === 0) return error;
  const original: ChatErrorDetail = defined({
    message: error.message,
    param: error.param,
    retryAfterSeconds: error.retryAfterSeconds,
    retryable: error.retryable,
    upstreamCode: error.upstreamCode,
    upstreamStatus: error.upstreamStatus,
    upstreamRequestId: error.upstreamRequestId,
    logReason: error.logReason,
  });
  return new ChatError(error.code, { ...original, ...changed });
}

function removePieces(text: string, headers: SecretsOfCall["headers"]): string {
  if (text.length < KNOWN_BY) return text;
  const forms = findForms(headers);
  const lowered = lower(text);
  let kept = "";
  let from = 0;
  for (let at = 0; at + KNOWN_BY <= text.length; at++) {
    const piece = lowered.slice(at, at + KNOWN_BY);
    if (!forms.some((form) => form.includes(piece))) continue;
    kept += `${text.slice(from, at)}[removed]`;
    const length = text.slice(at).search(/\s/);
    from = length === -1 ? text.length : at + length;
    // A credential's own white space does not end it.
    at = from - 1;
  }
  return kept + text.slice(from);
}

/** Every credential of these headers as it is, in a URL, in hexadecimal and in base64. */
function findForms(headers: SecretsOfCall["headers"]): string[] {
  const forms: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    const credential = value.replace(/^(Bearer|Basic) /i, "");
    if (PLAIN_HEADERS.has(name.toLowerCase()) || credential.length < KNOWN_BY) continue;
    const bytes = new TextEncoder().encode(credential);
    forms.push(credential, encodeURIComponent(credential));
    forms.push(Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""));
    // Base64 has three forms, by how many bytes stand before.
    for (const [before, cut] of ["", " ", "  "].map(
      (spaces, at) => [spaces, at && at + 1] as const,
    )) {
      const base64 = btoa(before + String.fromCharCode(...bytes)).slice(cut);
      forms.push(base64, base64.replaceAll("+", "-").replaceAll("/", "_"));
    }
  }
  return forms.map(lower);
}

/** Lower case, character by character, so that positions stay the same. */
function lower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Removes the upstream's host with what belongs to it; a bare name without a dot may be a word. */
function removeAddress(text: string, url: string): string {
  if (!URL.canParse(url)) return text;
  const { hostname, port } = new URL(url);
  const name = hostname.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const isWord = !/[.:]/.test(hostname);
  const rest = isWord ? (port === "" ? "(?!)" : `:${port}`) : "(?![\\w-])";
  return text.replace(
    new RegExp(`\\w+://(?:[^\\s/@]*@)?${name}(?![\\w-])\\S*|(?<![\\w.-])${name}${rest}\\S*`, "gi"),
    "[removed]",
  );
}
