import { describe, expect, test } from "bun:test";
import type { Revocation, RevocationStore } from "../../../src/auth/revocation.ts";

const HOUR = 3_600_000;

/** What every store of revocations does. */
export function describeRevocationStore(name: string, open: () => RevocationStore): void {
  describe(`${name} revocation store`, () => {
    const revocation = (value: string, changes: Partial<Revocation> = {}): Revocation => ({
      claim: "sub",
      value,
      issuedBefore: null,
      until: Date.now() + HOUR,
      ...changes,
    });

    test("lists what was revoked, and null while nothing changes", async () => {
      const store = open();
      const before = await store.list(null);
      const first = revocation('user "1" }{');
      await store.revoke(first);
      const after = await store.list(before?.version ?? null);
      expect(after?.revocations).toContainEqual(first);
      expect(await store.list(after?.version ?? null)).toBeNull();
    });

    test("puts an equal one in the place of the earlier", async () => {
      const store = open();
      const [first, second] = [
        revocation("user-2"),
        revocation("user-2", { until: Date.now() + 2 * HOUR }),
      ];
      await store.revoke(first);
      await store.revoke(second);
      const list = await store.list(null);
      expect(list?.revocations.filter(({ value }) => value === "user-2")).toEqual([second]);
    });

    test("drops what is over when another is added", async () => {
      const store = open();
      await store.revoke(revocation("over", { until: Date.now() - HOUR }));
      await store.revoke(revocation("user-3", { claim: "jti", issuedBefore: 1_790_000_000.5 }));
      const list = await store.list(null);
      expect(list?.revocations.map(({ value }) => value)).not.toContain("over");
      expect(list?.revocations).toContainEqual(
        expect.objectContaining({ value: "user-3", issuedBefore: 1_790_000_000.5 }),
      );
    });
  });
}
