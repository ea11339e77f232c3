import { expect, test } from "bun:test";
import { NOTHING } from "../../../src/limits/limiter.ts";
import { concurrent } from "../../support/limit-buckets.ts";
import { createLimitServices } from "../../support/limit-services.ts";

test("a renewal that comes after the call has ended holds nothing, however late it is", async () => {
  let now = 1_000_000;
  const { limiter } = createLimitServices(() => now);
  const reserve = (call: string) => limiter.reserve(call, [concurrent(1)], NOTHING, () => {});
  const ended = await reserve("ended");
  await ended.settle(NOTHING);
  for (let hour = 0; hour < 3; hour++) {
    now += 3_600_000;
    await (await reserve(`other ${hour}`)).settle(NOTHING);
  }
  await ended.renew(NOTHING);
  expect((await reserve("next")).standings).toMatchObject([{ used: 1, remaining: 0 }]);
});
