import { ChatError } from "./chat-error.ts";

/** Why a call's signal was aborted: the given ChatError, or `cancelled` if the caller left. */
export function abortReason({ reason }: AbortSignal): ChatError {
  return reason instanceof ChatError ? reason : new ChatError("cancelled");
}

export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw abortReason(signal);
}

/** The promise, or a rejection as soon as the signal is aborted; the work itself goes on. */
export async function raceAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  throwIfAborted(signal);
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(abortReason(signal));
  signal.addEventListener("abort", onAbort);
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
