import type { MetricSource } from "../telemetry/metric-source.ts";

const TICK_MS = 1000;
/** Scrapers come every 15 to 60 seconds. */
const WINDOW_TICKS = 60;

/** How this process does: its memory, and how late its timers are, which every call feels. */
export function createProcessMetrics(residentBytes: () => number): MetricSource[] {
  const lateness: number[] = [];
  let due = performance.now() + TICK_MS;
  setInterval(() => {
    const now = performance.now();
    lateness.push(Math.max(0, now - due));
    if (lateness.length > WINDOW_TICKS) lateness.shift();
    due = now + TICK_MS;
  }, TICK_MS);
  return [
    {
      name: "ai_server_resident_memory_bytes",
      help: "Memory of this process.",
      type: "gauge",
      read: () => [{ value: residentBytes() }],
    },
    {
      name: "ai_server_event_loop_lateness_seconds",
      help: "The worst delay of a timer in the last minute: all calls waited so long.",
      type: "gauge",
      read: () => [{ value: Math.max(0, ...lateness) / 1000 }],
    },
  ];
}
