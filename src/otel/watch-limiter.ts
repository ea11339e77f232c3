import { type Attributes, SpanKind } from "@opentelemetry/api";
import { toChatError } from "../errors/chat-error.ts";
import { errorType, faultDomain } from "../errors/error-type.ts";
import type { Limiter, Reservation } from "../limits/limiter.ts";
import type { Platform } from "../platform.ts";
import type { RequestTrace } from "../telemetry/trace.ts";
import type { FinishedWork } from "./create-span.ts";

export interface WatchOptions extends Pick<Platform, "now"> {
  readonly limiter: Limiter;
  /** Where limits are kept: `redis`, `durable_object`. */
  readonly store: string;
  readonly trace: Pick<RequestTrace, "traceId" | "spanId">;
  readonly mintSpanId: () => string;
  add(work: FinishedWork): void;
}

/** A limiter whose work for one request becomes spans. Requests without limits have none. */
export function watchLimiter(options: WatchOptions): Limiter {
  const { limiter, store, trace, mintSpanId, add, now } = options;

  async function watch<T>(operation: string, work: () => Promise<T>): Promise<T> {
    const startedAt = now();
    const attributes: Attributes = {
      "db.system.name": store,
      "db.operation.name": operation,
    };
    let isFailure = false;
    try {
      return await work();
    } catch (thrown) {
      const { code } = toChatError(thrown);
      attributes["error.type"] = errorType(code);
      isFailure = faultDomain(code) === "server";
      throw thrown;
    } finally {
      add({
        traceId: trace.traceId,
        spanId: mintSpanId(),
        parentId: trace.spanId,
        name: `limits ${operation}`,
        kind: SpanKind.CLIENT,
        startedAt,
        endedAt: now(),
        attributes,
        isFailure,
      });
    }
  }

  function watchReservation(reservation: Reservation): Reservation {
    return {
      standings: reservation.standings,
      renew: (consumption) => watch("renew", () => reservation.renew(consumption)),
      settle: (consumption) => watch("settle", () => reservation.settle(consumption)),
    };
  }

  return {
    ...limiter,
    async reserve(call, buckets, consumption, waitUntil) {
      const reserve = () => limiter.reserve(call, buckets, consumption, waitUntil);
      return buckets.length === 0 ? reserve() : watchReservation(await watch("reserve", reserve));
    },
  };
}
