import * as z from "zod/mini";

/** A whole number in decimal digits; `1e3`, `0x10` and `5s` are refused rather than guessed at. */
export function wholeNumber(min: number, max: number, fallback: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z._default(
    z.pipe(
      z.pipe(z.string().check(z.regex(/^\d{1,15}$/, message)), z.transform(Number)),
      z.number().check(z.gte(min, message), z.lte(max, message)),
    ),
    fallback,
  );
}
