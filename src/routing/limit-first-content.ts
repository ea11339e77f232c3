import { abortReason } from "../errors/abort-reason.ts";
import { ChatError } from "../errors/chat-error.ts";

/** The signal of an attempt that must bring content in time. */
export interface FirstContentLimit {
  readonly signal: AbortSignal;
  /** Ends the limit; the signal goes on following the call's. */
  lift(): void;
}

export function limitFirstContent(call: AbortSignal, milliseconds: number): FirstContentLimit {
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new ChatError("upstream_timeout", { logReason: "first_content" })),
    milliseconds,
  );
  // Both signals last as long as the call.
  call.addEventListener("abort", () => controller.abort(abortReason(call)));
  return { signal: controller.signal, lift: () => clearTimeout(timer) };
}
