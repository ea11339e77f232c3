import { describe, expect, test } from "bun:test";
import { ERRORS, isErrorCode } from "../../../src/errors/error-codes.ts";
import { errorType, FAULT_DOMAINS, faultDomain } from "../../../src/errors/error-type.ts";
import { ledgerMetrics } from "../../../src/ledger/ledger-metrics.ts";
import type { CallRecord } from "../../../src/telemetry/call-record.ts";
import type { METRICS_IDENTITIES } from "../../../src/telemetry/env.ts";
import { createMetrics } from "../../../src/telemetry/metrics.ts";
import { openCallsMetric } from "../../../src/telemetry/open-calls-metric.ts";
import { storeMetric } from "../../../src/telemetry/store-metric.ts";
import { callRecord } from "../../support/call-records.ts";
import { scriptDay } from "../../support/scripted-day.ts";

const platform = { runtime: "bun" as const, now: Date.now };

function create(identities: (typeof METRICS_IDENTITIES)[number] = "none") {
  const metrics = createMetrics({ version: "1.2.3", platform, identities });
  metrics.add(openCallsMetric(new Set([{ stream: true }, { stream: false }, { stream: true }])));
  const status = { kind: "sqlite", failure: null, queued: 3, written: 5, dropped: 2 };
  for (const source of ledgerMetrics({ status: () => status })) metrics.add(source);
  return {
    ...metrics,
    record: (changes: Partial<CallRecord> = {}) => void metrics.record(callRecord(changes)),
    /** The value of a series; undefined if it is not on the page. */
    async value(series: string) {
      const line = (await metrics.page()).split("\n").find((text) => text.startsWith(`${series} `));
      return line === undefined ? undefined : Number(line.slice(series.length + 1));
    },
  };
}

async function countSeries(page: Promise<string>): Promise<number> {
  return (await page).split("\n").filter((line) => line !== "" && !line.startsWith("#")).length;
}

const TARGET = 'provider="claude",model="claude-sonnet-5-5"';

describe("the metrics", () => {
  test("count calls, tokens, cost and time of a target", async () => {
    const { record, value } = create();
    const usage = {
      input_tokens: 1000,
      output_tokens: 101,
      cached_input_tokens: 600,
      cache_write_input_tokens: 50,
      reasoning_tokens: 40,
      total_tokens: 1101,
    };
    record({ stream: true, usage });
    record({ stream: true, usage });
    expect(
      await value(
        `ai_server_requests_total{route="/chat",kind="generate",dialect="chat",${TARGET},status="2xx"}`,
      ),
    ).toBe(2);
    expect(await value(`ai_server_tokens_total{${TARGET},type="input"}`)).toBe(2000);
    expect(await value(`ai_server_tokens_total{${TARGET},type="output"}`)).toBe(202);
    expect(await value(`ai_server_tokens_total{${TARGET},type="cached_input"}`)).toBe(1200);
    expect(await value(`ai_server_tokens_total{${TARGET},type="cache_write_input"}`)).toBe(100);
    expect(await value(`ai_server_tokens_total{${TARGET},type="reasoning"}`)).toBe(80);
    expect(await value(`ai_server_cost_usd_total{${TARGET}}`)).toBeCloseTo(0.00044, 9);
    expect(await value(`ai_server_request_duration_seconds_sum{${TARGET}}`)).toBe(4);
    expect(await value(`ai_server_time_to_first_content_seconds_sum{${TARGET}}`)).toBe(2);
    expect(await value(`ai_server_time_per_output_token_seconds_sum{${TARGET}}`)).toBe(0.02);
    expect(await value(`ai_server_attempts_total{${TARGET},outcome="ok"}`)).toBe(2);
  });

  test("tell what a call spent in this server, by route", async () => {
    const { record, value } = create();
    record();
    record({ route: "/v1/messages" });
    // Refused before an attempt: there is nothing to tell.
    record({ route: "/v1/messages", outcome: "rate_limited", attempts: [], attemptedAt: null });
    const name = "ai_server_gateway_duration_seconds";
    expect(await value(`${name}_sum{route="/chat"}`)).toBe(0.003);
    expect(await value(`${name}_count{route="/v1/messages"}`)).toBe(1);
    expect(await value(`${name}_bucket{le="0.005",route="/chat"}`)).toBe(1);
    expect(await value(`${name}_bucket{le="0.002",route="/chat"}`)).toBe(0);
  });

  test("tell whether the store of limits answers", async () => {
    const metrics = create();
    let isDegraded = false;
    metrics.add(storeMetric("redis", { isDegraded: () => isDegraded }));
    expect(await metrics.value('ai_server_store_up{store="redis"}')).toBe(1);
    isDegraded = true;
    expect(await metrics.value('ai_server_store_up{store="redis"}')).toBe(0);
  });

  test("count embeddings, and those without a price", async () => {
    const { record, value } = create();
    const usage = { input_tokens: 7, output_tokens: 0, total_tokens: 7 };
    const embed = { kind: "embed", dialect: "openai-embeddings", usage } as const;
    record({ ...embed, firstContentAt: null });
    record({ ...embed, firstContentAt: null, cost: null });
    record({ kind: "count_tokens", usage, cost: null });
    expect(
      await value(
        `ai_server_requests_total{route="/chat",kind="embed",dialect="openai-embeddings",${TARGET},status="2xx"}`,
      ),
    ).toBe(2);
    expect(await value(`ai_server_tokens_total{${TARGET},type="input"}`)).toBe(21);
    expect(await value(`ai_server_unpriced_requests_total{${TARGET}}`)).toBe(1);
  });

  test("tell whose fault a failure is", async () => {
    const { record, refused, value } = create();
    record({ outcome: "upstream_overloaded", usage: null, cost: null });
    record({ outcome: "cancelled", usage: null, cost: null });
    refused("unauthenticated", "/chat");
    const errors = `ai_server_errors_total{${TARGET},error_type=`;
    expect(await value(`${errors}"provider_overloaded"}`)).toBe(1);
    expect(await value(`${errors}"caller_cancelled"}`)).toBe(1);
    expect(
      await value(
        'ai_server_refused_requests_total{route="/chat",error_type="caller_unauthenticated"}',
      ),
    ).toBe(1);
  });

  test("tell calls that a retry rescued from those that a fallback did", async () => {
    const { record, value } = create();
    const ok = {
      provider: "claude",
      model: "claude-sonnet-5-5",
      outcome: "ok",
      duration_ms: 1,
      cost: null,
    } as const;
    record({ attempts: [{ ...ok, outcome: "upstream_error" }, ok] });
    record({ attempts: [{ ...ok, provider: "openai", outcome: "upstream_error" }, ok] });
    record({ attempts: [ok] });
    expect(await value(`ai_server_rescued_requests_total{${TARGET},by="retry"}`)).toBe(1);
    expect(await value(`ai_server_rescued_requests_total{${TARGET},by="fallback"}`)).toBe(1);
  });

  test("show what other parts of the server hold", async () => {
    const { value } = create();
    expect(await value('ai_server_open_calls{stream="true"}')).toBe(2);
    expect(await value('ai_server_ledger_rows_total{result="dropped"}')).toBe(2);
    expect(await value('ai_server_build_info{version="1.2.3",runtime="bun"}')).toBe(1);
  });

  test("keep no series for models that callers made up", async () => {
    const { record, page, value } = create();
    const failed = { outcome: "model_not_found", usage: null, cost: null } as const;
    for (let index = 0; index < 1000; index += 1)
      record({ ...failed, model: `made-up-${index}`, attempts: [], firstContentAt: null });
    expect(await countSeries(page())).toBeLessThan(60);
    expect(await value('ai_server_folded_labels_total{label="model"}')).toBe(1000);
  });

  test("bound the series of models that did answer", async () => {
    const { record, page } = create();
    for (let index = 0; index < 1000; index += 1) record({ model: `model-${index}`, attempts: [] });
    expect(await countSeries(page())).toBeLessThan(201 * 70);
    expect(await page()).toContain('model="other"');
  });

  test("keep few calls back while nobody reads the page", () => {
    const { record } = createMetrics({ version: "1.2.3", platform, identities: "none" });
    const call = callRecord();
    let counted = 0;
    const watched = Object.defineProperty({ ...call }, "attempts", {
      get() {
        counted += 1;
        return call.attempts;
      },
    });
    for (let index = 0; index < 1000; index += 1) void record(watched);
    expect(counted).toBeGreaterThanOrEqual(1000 - 256);
  });

  test.each(["none", "tenant", "subject"] as const)(
    "bound the series of 10,000 subjects (identities: %s)",
    async (identities) => {
      const { record, page } = create(identities);
      for (let index = 0; index < 10_000; index += 1)
        record({ subject: `user-${index}`, tenant: `tenant-${index % 5000}` });
      expect(await countSeries(page())).toBeLessThan(3100);
      if (identities === "none") expect(await page()).not.toContain("user-1");
    },
  );

  test.skipIf(Bun.which("promtool") === null)(
    "are a page that Prometheus' own checker finds no fault with (needs promtool)",
    async () => {
      const { record, refused, page } = create("subject");
      for (const { record: call } of scriptDay(2000)) record(call);
      record({ subject: 'quote " backslash \\ line \n end' });
      refused("forbidden", undefined);
      const check = Bun.spawn(["promtool", "check", "metrics"], {
        stdin: new Blob([await page()]),
        stdout: "pipe",
        stderr: "pipe",
      });
      expect(await new Response(check.stderr).text()).toBe("");
      expect(await new Response(check.stdout).text()).toBe("");
      expect(await check.exited).toBe(0);
    },
  );
});

describe("error types", () => {
  const codes = Object.keys(ERRORS).filter(isErrorCode);

  test("are one for each code, led by one of the fault domains", () => {
    expect(new Set(codes.map(errorType)).size).toBe(codes.length);
    for (const code of codes)
      expect(FAULT_DOMAINS.some((domain) => errorType(code).startsWith(`${domain}_`))).toBe(true);
  });

  test("blame the provider for its failures, and the caller for leaving", () => {
    expect(faultDomain("upstream_timeout")).toBe("provider");
    expect(faultDomain("cancelled")).toBe("caller");
    expect(errorType("upstream_timeout")).toBe("provider_timeout");
    expect(errorType("rate_limited")).toBe("policy_rate_limited");
  });
});
