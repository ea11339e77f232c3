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
  let time = Number.NaN;
  let timeText = "";
  return (lineLevel, event, fields = {}) => {
    if (LOG_LEVELS.indexOf(lineLevel) < threshold) return;
    const now = platform.now();
    if (now !== time) {
      time = now;
      timeText = new Date(now).toISOString();
    }
    const head = JSON.stringify({ time: timeText, level: lineLevel, event }).slice(0, -1);
    const rest = JSON.stringify(shorten(fields)).slice(1);
    const line = rest === "}" ? `${head}}` : `${head},${rest}`;
    platform.log(line.replace(/[\u2028\u2029\u007f-\u009f]/g, escapeCharacter));
  };
}

/** The same fields, each text at most as long as a line may hold; most are. */
function shorten(fields: LogFields): LogFields {
  for (const name in fields) {
    const value = fields[name];
    if (typeof value === "string" && value.length > MAX_TEXT_LENGTH)
      return shorten({ ...fields, [name]: value.slice(0, MAX_TEXT_LENGTH) });
  }
  return fields;
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
