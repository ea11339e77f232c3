const MAX_NAME_LENGTH = 255;
/** Control and format characters, halves of surrogate pairs, line and paragraph separators. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Whether a text may be used as a name in logs, headers and the store's keys. */
export function isPrintableName(value: unknown): value is string {
  return (
    typeof value === "string" &&
    value !== "" &&
    value.length <= MAX_NAME_LENGTH &&
    !UNPRINTABLE.test(value) &&
    value.trim() === value
  );
}
