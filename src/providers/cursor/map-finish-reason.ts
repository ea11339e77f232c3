import type { FinishReason } from "../../chat/event.ts";
import type { ErrorCode } from "../../errors/error-codes.ts";
import type { RunEnd } from "./agents.ts";

const ENDINGS: Readonly<Record<RunEnd, { finish: FinishReason } | { error: ErrorCode }>> = {
  FINISHED: { finish: "stop" },
  ERROR: { error: "upstream_error" },
  // By someone else: when this server cancels a run, it has stopped reading it.
  CANCELLED: { error: "upstream_error" },
  EXPIRED: { error: "upstream_timeout" },
};

/** The status of a run that is over → how the answer ended, or with which error. */
export function mapFinishReason(status: RunEnd): { finish: FinishReason } | { error: ErrorCode } {
  return ENDINGS[status];
}
