import * as z from "zod";

/** A whole number from a variable's text, in decimal digits alone: what `1e3`, `0x10` or `5s` mean is not for this program to guess. */
export function wholeNumber(min: number, max: number, fallback: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, message)
    .transform(Number)
    .pipe(z.number().min(min, message).max(max, message))
    .default(fallback);
}
