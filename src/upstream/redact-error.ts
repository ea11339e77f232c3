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
 * Vendors may repeat only part of a refused key, so it is recognized by its first characters.
 * Shorter values cannot be distinguished from words.
 */
const KNOWN_BY = 12;

/** The fields of an error that hold the vendor's text. */
const VENDORS_TEXTS = ["message", "param", "upstreamCode", "upstreamRequestId"] as const;

/**
 * The error without the call's own credentials, in case the vendor repeated them: removes
 * everything from the beginning of a credential, plain or encoded, to the next white space. The
 * patterns of `publicMessage` only know the large vendors' keys.
 */
export function redactError(
  error: ChatError,
  headers: Readonly<Record<string, string>>,
): ChatError {
  const beginnings = findBeginnings(headers);
  const changed: ChatErrorDetail = {};
  for (const name of VENDORS_TEXTS) {
    const text = error[name];
    const redacted = text && redact(text, beginnings);
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

function redact(text: string, beginnings: readonly string[]): string {
  let redacted = text;
  for (const beginning of beginnings) {
    const [before = "", ...after] = redacted.split(beginning);
    redacted = before + after.map((rest) => `[removed]${rest.replace(/^\S+/, "")}`).join("");
  }
  return redacted;
}

function findBeginnings(headers: Readonly<Record<string, string>>): string[] {
  const beginnings: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    const credential = value.replace(/^(Bearer|Basic) /i, "");
    if (PLAIN_HEADERS.has(name.toLowerCase()) || credential.length < KNOWN_BY) continue;
    for (const form of [credential, encodeURIComponent(credential), btoa(credential)])
      beginnings.push(form.slice(0, KNOWN_BY));
  }
  return beginnings;
}
