import type { FinishReason } from "../../chat/event.ts";
import type { ErrorCode } from "../../errors/error-codes.ts";
import type { RunEnd } from "./agents.ts";

const ENDINGS: Readonly<Record<RunEnd, { finish: FinishReason } | { error: ErrorCode }>> = {
  FINISHED: { finish: "stop" },
  ERROR: { error: "upstream_error" },
  // The call of this server that cancels a run has stopped reading it by then.
  CANCELLED: { error: "upstream_error" },
  EXPIRED: { error: "upstream_timeout" },
};

/** The status of a run that is over → how the answer ended, or with which error. */
export function mapFinishReason(status: RunEnd): { finish: FinishReason } | { error: ErrorCode } {
  return ENDINGS[status];
}
