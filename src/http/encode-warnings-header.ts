import type { Warning } from "../chat/event.ts";

/**
 * Some proxies refuse headers from 4 KiB on. The full texts are in the body, if the dialect has a
 * place for them.
 */
const MAX_WARNINGS = 16;
const MAX_PARAM_LENGTH = 96;

/**
 * Warnings as an RFC 9651 list: `unsupported_parameter;param="seed",
 * adjusted_parameter;param="temperature"`. What does not fit is counted at the end: `more;count=3`.
 * A param can contain names that the caller chose, so characters that a header cannot hold become
 * `?`.
 */
export function encodeWarningsHeader(warnings: readonly Warning[]): string {
  const items = warnings
    .slice(0, MAX_WARNINGS)
    .map(({ code, param }) => `${code};param="${quote(param)}"`);
  const more = warnings.length - items.length;
  if (more > 0) items.push(`more;count=${more}`);
  return items.join(", ");
}

function quote(param: string): string {
  return param
    .slice(0, MAX_PARAM_LENGTH)
    .replace(/[^ -~]/g, "?")
    .replace(/["\\]/g, "\\$&");
}
