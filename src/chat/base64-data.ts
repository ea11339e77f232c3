/** What a data URL in base64 holds. */
export interface DataUrl {
  /** As it is written there; undefined if it is not. */
  readonly mediaType: string | undefined;
  readonly data: string;
}

/** `data:image/png;charset=utf-8;base64,`, as loosely as browsers read it. */
const PREFIX = /^\s*data:([^;,]*)(?:;[^;,]*)*?;\s*base64\s*,/i;

/** Only the prefix is matched: a data URL may have megabytes. */
const MAX_PREFIX_LENGTH = 300;

/** Undefined if the text is no data URL in base64. */
export function parseDataUrl(text: string): DataUrl | undefined {
  const match = PREFIX.exec(text.slice(0, MAX_PREFIX_LENGTH));
  if (!match) return undefined;
  return { mediaType: match[1]?.trim() || undefined, data: text.slice(match[0].length) };
}

const FOREIGN = /[^A-Za-z0-9+/=]/;

/**
 * Base64 in the alphabet that all vendors take, in one line and padded; the same text if it is so.
 * Undefined if it is not base64 at all.
 */
export function cleanBase64(data: string): string | undefined {
  let clean = data;
  if (FOREIGN.test(clean)) {
    if (clean.includes("%")) clean = decodePercents(clean);
    clean = clean.replace(/\s+/g, "").replaceAll("-", "+").replaceAll("_", "/");
    if (FOREIGN.test(clean)) return undefined;
  }
  const length = Math.ceil(clean.length / 4) * 4;
  return length - clean.length < 3 ? clean.padEnd(length, "=") : clean;
}

function decodePercents(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The first bytes of base64, one character for each; empty if it is not base64. */
export function firstBytes(data: string, count: number): string {
  try {
    return atob(data.slice(0, Math.ceil(count / 3) * 4));
  } catch {
    return "";
  }
}
