import * as z from "zod/mini";

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, mo: 30 * 86_400_000 } as const;
const MAX_WINDOW_MS = 31 * UNIT_MS.d;

/**
 * The window of a limit as it is written, and how long it is when it rolls: a month is 30 days
 * then.
 */
export interface Window {
  readonly text: string;
  readonly ms: number;
}

/** `30s`, `5m`, `1h`, `1d`, `1mo`: a whole number and a unit, at most 31 days. */
export const windowSchema = z.pipe(
  z.string(),
  z.transform((text, context): Window => {
    const [, amount, unit] = /^([1-9]\d{0,6})(s|m|h|d|mo)$/.exec(text) ?? [];
    const ms = Number(amount) * (isUnit(unit) ? UNIT_MS[unit] : Number.NaN);
    if (ms <= MAX_WINDOW_MS) return { text, ms };
    context.issues.push({
      code: "custom",
      input: text,
      message: "must be a whole number with s, m, h, d or mo, as 30s, 5m, 1h, 1d or 1mo",
    });
    return z.NEVER;
  }),
);

function isUnit(text: string | undefined): text is keyof typeof UNIT_MS {
  return text !== undefined && Object.hasOwn(UNIT_MS, text);
}
