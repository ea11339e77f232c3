import type { Warning } from "../chat/event.ts";
import { ChatError } from "../errors/chat-error.ts";

/** Takes warnings; in strict mode it throws what would have been one. */
export interface WarningSink {
  (warning: Warning): void;
  /** Forgets the warnings, before another try that will give its own. */
  clear(): void;
}

/**
 * Collects warnings into `warnings`, or, in strict mode, throws `unsupported_parameter` for the first of them. What the vendor warned
 * of by itself is never an error: it comes with an answer that is already there.
 */
export function createWarningSink(strict: boolean, warnings: Warning[]): WarningSink {
  function warn(warning: Warning): void {
    if (strict && warning.code !== "upstream_warning") {
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
