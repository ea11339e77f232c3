import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { LimitStore } from "../../../src/limits/limit-store.ts";
import { createDurableObjectAnswers } from "../../../src/store/object-answers.ts";
import { createDurableObjectLimitStore } from "../../../src/store/object-limits.ts";
import { createDurableObjectRevocations } from "../../../src/store/object-revocations.ts";
import { concurrent, entries, money, rate } from "../../support/limit-buckets.ts";
import { type StoreWorker, startStoreWorker } from "../../support/workers/start-store-worker.ts";
import { describeAnswerStore } from "./answer-store-contract.ts";
import { describeLimitStore } from "./limit-store-contract.ts";
import { describeRevocationStore } from "./revocation-store-contract.ts";

describe("Durable Object (workerd)", () => {
  let worker: StoreWorker;
  let store: LimitStore;

  beforeAll(async () => {
    worker = await startStoreWorker();
    store = createDurableObjectLimitStore(worker.getObject, 20_000);
  }, 60_000);
  afterAll(() => worker.stop());

  describeLimitStore("Durable Object", () => store);
  describeAnswerStore("Durable Object", () => createDurableObjectAnswers(worker.getObject, 20_000));
  describeRevocationStore("Durable Object", () =>
    createDurableObjectRevocations(worker.getObject, 20_000),
  );

  test("takes back what one object reserved when another refuses, requests included", async () => {
    const shared = rate("requests", 5, 3_600_000, { per: "issuer", home: "o" });
    const own = concurrent(1, { home: "o/tenant/a" });
    const all = entries(1, shared, own);
    expect((await store.hold({ call: "first", entries: all })).status).toBe("held");
    for (let index = 0; index < 10; index++) {
      const refused = await store.hold({ call: `refused-${index}`, entries: all });
      expect(refused).toMatchObject({ status: "refused", refused: 1 });
    }
    const { states } = await store.read(all);
    expect(Math.ceil((states[0]?.value ?? 0) / 3_600_000)).toBe(1);
    expect(states[1]?.reserved).toBe(1);
  });

  test("keeps what each of two objects holds in the order of the request", async () => {
    const shared = money(500, "month", { per: "issuer", home: "p" });
    const own = money(900, "day", { home: "p/tenant/a" });
    const mixed = [
      ...entries(1, concurrent(3, { home: "p/tenant/a" })),
      ...entries(70, shared),
      ...entries(80, own),
    ];
    const held = await store.hold({ call: "c", entries: mixed });
    expect(held.states.map(({ reserved }) => reserved)).toEqual([1, 70, 80]);
    const settled = await store.settle({ call: "c", entries: mixed });
    expect(settled.states.map(({ value, reserved }) => [value, reserved])).toEqual([
      [0, 0],
      [70, 0],
      [80, 0],
    ]);
  });
});
