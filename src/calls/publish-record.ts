import type { CallRecord, Recorder } from "../telemetry/call-record.ts";
import type { Log } from "../telemetry/log.ts";

export interface Recording {
  readonly recorders: readonly Recorder[];
  readonly log: Log;
}

/**
 * Hands a record to every recorder. Returns a promise that settles when all of them are done, or
 * undefined if none is pending. It never rejects: a recorder that fails is logged, and the others
 * still get the record.
 */
export function publishRecord(
  record: CallRecord,
  { recorders, log }: Recording,
): Promise<unknown> | undefined {
  const pending: Promise<void>[] = [];
  const report = (thrown: unknown) =>
    log("error", "recorder", {
      request_id: record.requestId,
      reason: thrown instanceof Error ? thrown.name : typeof thrown,
    });
  for (const recorder of recorders) {
    try {
      const recording = recorder(record);
      if (recording) pending.push(recording.catch(report));
    } catch (thrown) {
      report(thrown);
    }
  }
  return pending.length > 0 ? Promise.all(pending) : undefined;
}
