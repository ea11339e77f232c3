import { expect, test } from "bun:test";
import type { Bucket } from "../../../src/limits/bucket.ts";
import { NOTHING } from "../../../src/limits/limiter.ts";
import type { FinishedWork } from "../../../src/otel/create-span.ts";
import { watchLimiter } from "../../../src/otel/watch-limiter.ts";
import { createLimitServices } from "../../support/limit-services.ts";
import { createPrincipal } from "../../support/principal.ts";

const TRACE = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7" };

function createWatched() {
  const now = () => 1000;
  const works: FinishedWork[] = [];
  let minted = 0;
  const limiter = watchLimiter({
    ...createLimitServices(now),
    store: "redis",
    trace: TRACE,
    mintSpanId: () => String(++minted),
    add: (work) => works.push(work),
    now,
  });
  const reserve = (buckets: readonly Bucket[], call = "call") =>
    limiter.reserve(call, buckets, NOTHING, () => {});
  return { reserve, works };
}

const { buckets } = createPrincipal({
  ai: { limits: [{ per: "subject", requests: 1, window: "1m" }] },
}).policy;

test("each work of the store is a part of the trace", async () => {
  const { reserve, works } = createWatched();
  const reservation = await reserve(buckets);
  expect(reservation.standings).toHaveLength(1);
  await reservation.renew(NOTHING);
  await reservation.settle(NOTHING);
  expect(works.map(({ name, spanId }) => [name, spanId])).toEqual([
    ["limits reserve", "1"],
    ["limits renew", "2"],
    ["limits settle", "3"],
  ]);
  for (const work of works)
    expect(work).toMatchObject({
      traceId: TRACE.traceId,
      parentId: TRACE.spanId,
      attributes: { "db.system.name": "redis" },
      isFailure: false,
    });
});

test("a refusal has its type, and is no failure of the store", async () => {
  const { reserve, works } = createWatched();
  await reserve(buckets, "one");
  await expect(reserve(buckets, "two")).rejects.toMatchObject({ code: "rate_limited" });
  expect(works[1]).toMatchObject({
    attributes: { "error.type": "policy_rate_limited" },
    isFailure: false,
  });
});

test("a call without limits asks the store nothing", async () => {
  const { reserve, works } = createWatched();
  await (await reserve([])).settle(NOTHING);
  expect(works).toEqual([]);
});
