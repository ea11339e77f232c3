import type { Platform } from "../platform.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error", "off"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * What a log line may hold: codes, counts, names and ids. Never a token, a key, a prompt, an answer
 * or an upstream body.
 */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export type Log = (level: Exclude<LogLevel, "off">, event: string, fields?: LogFields) => void;

/** The longest text in a line. Names that callers choose (a model, a subject) end up in it. */
const MAX_TEXT_LENGTH = 256;

/**
 * Writes one JSON object per line. JSON escapes control characters; U+2028 and U+2029, which some
 * log readers take for line ends, are escaped here.
 */
export function createLog(platform: Pick<Platform, "log" | "now">, level: LogLevel): Log {
  const threshold = LOG_LEVELS.indexOf(level);
  return (lineLevel, event, fields = {}) => {
    if (LOG_LEVELS.indexOf(lineLevel) < threshold) return;
    const line: Record<string, unknown> = {
      time: new Date(platform.now()).toISOString(),
      level: lineLevel,
      event,
    };
    for (const key in fields) {
      const value = fields[key];
      if (value !== undefined)
        line[key] = typeof value === "string" ? value.slice(0, MAX_TEXT_LENGTH) : value;
    }
    platform.log(JSON.stringify(line).replace(/[\u2028\u2029\u007f-\u009f]/g, escapeCharacter));
  };
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
