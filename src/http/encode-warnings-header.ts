import type { Warning } from "../chat/event.ts";

/** Proxies refuse headers from 4 KiB on; the whole texts are in the body, where the dialect has room for them. */
const MAX_WARNINGS = 16;
const MAX_PARAM_LENGTH = 96;

/**
 * Warnings as a list of RFC 9651: `unsupported_parameter;param="seed", adjusted_parameter;param="temperature"`. What does not fit is
 * counted at the end: `more;count=3`. A param may hold names that the caller chose, so what a header cannot hold becomes `?`.
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
