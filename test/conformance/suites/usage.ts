import { describe, expect, test } from "bun:test";
import * as z from "zod";
import { mintTestToken } from "../../support/chat-client.ts";
import { until } from "../../support/until.ts";
import type { Conformance } from "../conformance.ts";

const usageSchema = z.object({
  data: z.array(z.record(z.string(), z.unknown())),
  totals: z.looseObject({ calls: z.number(), input_tokens: z.number(), output_tokens: z.number() }),
  next_page: z.string().nullable(),
});
const callsSchema = z.object({
  data: z.array(
    z.looseObject({ model: z.string(), outcome: z.string(), error_type: z.string().nullable() }),
  ),
  next_page: z.string().nullable(),
});
const latencySchema = z.object({ data: z.array(z.looseObject({ calls: z.number() })) });

const ECHO = { provider: "echo", messages: [{ role: "user", content: "one two three" }] };

/** What the ledger tells of calls, and to whom. Each test has a caller of its own. */
export function describeUsage({ runtime, main: { client } }: Conformance): void {
  describe("usage", () => {
    let callers = 0;

    /** A new caller, whose token has these claims. */
    async function createCaller(claims: Record<string, unknown> = {}) {
      callers += 1;
      const token = await mintTestToken({ sub: `usage-${callers}`, ...claims });
      return {
        chat: (body: object) => client.chat(body, { token }),
        get: (path: string) => client.send(path, { token }),
        async untilCalls(count: number) {
          await until(`${count} calls are in the ledger`, async () => {
            const answer = await client.send("/usage", { token });
            return usageSchema.parse(answer.json()).totals.calls === count;
          });
        },
      };
    }

    test("sums a caller's calls, whole ones and streams", async () => {
      const caller = await createCaller();
      expect((await caller.chat(ECHO)).status).toBe(200);
      expect((await caller.chat({ ...ECHO, stream: true })).status).toBe(200);
      await caller.untilCalls(2);
      const answer = await caller.get("/usage?group_by=day,provider,model,outcome");
      const { data, totals } = usageSchema.parse(answer.json());
      expect(data).toHaveLength(1);
      expect(data[0]).toMatchObject({
        day: new Date().toISOString().slice(0, 10),
        provider: "echo",
        model: "echo",
        outcome: "ok",
        calls: 2,
        streams: 1,
        errors: 0,
      });
      expect(totals.output_tokens).toBeGreaterThan(0);
    });

    test("lists failed calls with whose fault it was", async () => {
      const caller = await createCaller();
      await caller.chat({ ...ECHO, model: "echo-fail-upstream_overloaded" });
      await caller.untilCalls(1);
      const { data } = callsSchema.parse((await caller.get("/usage/calls")).json());
      expect(data).toHaveLength(1);
      expect(data[0]).toMatchObject({
        outcome: "upstream_overloaded",
        error_type: "provider_overloaded",
      });
    });

    test("gives calls in pages, the newest first, and tells how long they took", async () => {
      const caller = await createCaller();
      for (let index = 0; index < 5; index += 1) await caller.chat(ECHO);
      await caller.untilCalls(5);
      const ids: unknown[] = [];
      for (let page = ""; ; ) {
        const answer = await caller.get(`/usage/calls?limit=2${page}`);
        const { data, next_page } = callsSchema.parse(answer.json());
        ids.push(...data.map(({ request_id }) => request_id));
        if (next_page === null) break;
        expect(answer.headers.get("link")).toContain('rel="next"');
        page = `&page=${next_page}`;
      }
      expect(new Set(ids).size).toBe(5);
      const latency = await caller.get("/usage/latency?group_by=model");
      expect(latencySchema.parse(latency.json()).data).toMatchObject([{ model: "echo", calls: 5 }]);
    });

    test("is a table for spreadsheets and for FinOps tools too", async () => {
      const caller = await createCaller({ sub: "=cmd()" });
      await caller.chat(ECHO);
      await caller.untilCalls(1);
      const csv = await caller.get("/usage?group_by=subject&format=csv");
      expect(csv.headers.get("content-type")).toStartWith("text/csv");
      const [header = "", row = ""] = csv.text.split("\r\n");
      expect(header).toStartWith("subject,calls,streams,errors,");
      expect(row).toStartWith("'=cmd(),1,0,0,");
      const focus = await caller.get("/usage?format=focus");
      expect(focus.text).toStartWith("BilledCost,BillingAccountId,");
      expect(focus.text.trim().split("\r\n")).toHaveLength(3);
      const calls = await caller.get("/usage/calls?format=csv");
      expect(calls.text.trim().split("\r\n")).toHaveLength(2);
    });

    test("shows a caller its own calls, a tenant's reader the tenant's, an admin all", async () => {
      const tenant = { ai: { tenant: `tenant-of-${runtime}` } };
      const one = await createCaller(tenant);
      const other = await createCaller(tenant);
      await one.chat(ECHO);
      await other.chat(ECHO);
      await one.untilCalls(1);
      await other.untilCalls(1);
      const reader = await createCaller({ ...tenant, scope: "usage:read usage:tenant" });
      await reader.untilCalls(2);
      const own = await reader.get("/usage?view=own");
      expect(usageSchema.parse(own.json()).totals.calls).toBe(0);
      const stranger = await createCaller({
        ai: { tenant: "another" },
        scope: "usage:read usage:tenant",
      });
      await stranger.untilCalls(0);
      const admin = await createCaller({ scope: "admin" });
      const all = usageSchema.parse((await admin.get("/usage")).json());
      expect(all.totals.calls).toBeGreaterThanOrEqual(2);
    });

    test.each([
      ["/usage?view=tenant", "chat usage:read", "usage:tenant"],
      ["/usage?view=all", "chat usage:read usage:tenant", "admin"],
      ["/usage", "chat", "usage:read"],
      ["/usage/calls", "metrics", "usage:read"],
      ["/usage/latency", "", "usage:read"],
      ["/metrics", "chat usage:read", "metrics"],
    ])("%s with the scope %p is a 403 that names the missing one", async (path, scope, missing) => {
      const caller = await createCaller({ scope });
      const { status, error } = await caller.get(path);
      expect(status).toBe(403);
      expect(error().code).toBe("forbidden");
      expect(error().message).toContain(missing);
    });

    test.each([
      ["group_by=colour", "group_by"],
      ["group_by=day,hour", "group_by"],
      ["group_by=model,model", "group_by"],
      ["group_by=", "group_by"],
      ["from=yesterday", "from"],
      ["from=2026-02-30", "from"],
      ["to=2026-11-31", "to"],
      ["from=2026-11-20&to=2026-11-19", "from"],
      ["from=2020-01-01&to=2026-01-01", "from"],
      ["from=2026-01-01&to=2026-03-01&group_by=hour", "from"],
      ["time_zone=Mars/Olympus", "time_zone"],
      ["limit=0", "limit"],
      ["limit=999999", "limit"],
      ["limit=ten", "limit"],
      ["page=nonsense", "page"],
      ["format=xml", "format"],
      ["view=everyone", "view"],
      ["from=2026-11-01&from=2026-11-02", "from"],
      ["subjekt=me", "subjekt"],
    ])("?%s is a 400 that names the parameter", async (query, param) => {
      const { status, error } = await client.send(`/usage?${query}`);
      expect(status).toBe(400);
      expect(error()).toMatchObject({ code: "invalid_request", param });
      expect(error().message).toContain(`\`${param}\``);
    });

    test("a page token of another caller is a 400", async () => {
      const [one, other] = [await createCaller(), await createCaller()];
      for (const caller of [one, other]) {
        await caller.chat(ECHO);
        await caller.chat(ECHO);
        await caller.untilCalls(2);
      }
      const first = callsSchema.parse((await one.get("/usage/calls?limit=1")).json());
      const { status, error } = await other.get(`/usage/calls?limit=1&page=${first.next_page}`);
      expect(status).toBe(400);
      expect(error()).toMatchObject({ code: "invalid_request", param: "page" });
    });

    test("GET /metrics tells of the calls, or on Workers why there are none", async () => {
      const caller = await createCaller({ scope: "metrics" });
      const { status, text, headers } = await caller.get("/metrics");
      if (runtime === "workers") {
        expect(status).toBe(404);
        return;
      }
      expect(status).toBe(200);
      expect(headers.get("content-type")).toStartWith("text/plain; version=0.0.4");
      expect(text).toContain(
        'ai_server_requests_total{route="/chat",kind="generate",dialect="chat",',
      );
      expect(text).toContain("ai_server_resident_memory_bytes");
    });
  });
}
