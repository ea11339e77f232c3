import type { Warning } from "../chat/event.ts";
import { ChatError } from "../errors/chat-error.ts";

/** Collects warnings; in strict mode it throws instead. */
export interface WarningSink {
  (warning: Warning): void;
  /** Discards the warnings, before another attempt adds its own. */
  clear(): void;
}

const ABOUT_THE_ANSWER: ReadonlySet<Warning["code"]> = new Set([
  "upstream_warning",
  "tool_arguments_invalid",
]);

/**
 * Collects warnings into `warnings`, or in strict mode throws `unsupported_parameter` for the first
 * one. A warning about the answer is never an error: the answer already exists when it arrives.
 */
export function createWarningSink(strict: boolean, warnings: Warning[]): WarningSink {
  function warn(warning: Warning): void {
    if (strict && !ABOUT_THE_ANSWER.has(warning.code)) {
      throw new ChatError("unsupported_parameter", {
        param: warning.param,
        message: warning.message,
      });
    }
    warnings.push(warning);
  }
  warn.clear = () => {
    warnings.length = 0;
  };
  return warn;
}
