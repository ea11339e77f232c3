#!/usr/bin/env bash
# Bun 1.4.5 and Deno 2.9.6, seen 2026-11-29: both have node:perf_hooks' `monitorEventLoopDelay`, but
# - on Bun all histograms of a process are one: reset() of one empties the other, disable() of one
#   stops the other;
# - on Deno an event loop that was blocked nearly all the time has a mean delay of under a hundredth
#   of what Node and Bun tell, and a 99th percentile of microseconds.
# Who meets it: whoever exports the delay of the event loop for alarms, by prom-client's default
# metrics (which reset the histogram at each scrape) or by OpenTelemetry's runtime metrics; on Bun
# if two of them run side by side.
# Needs npm and half a minute; Node 24 is installed for comparison. Exits with 1 if one of the three
# behaves otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund bun@1.4.5 deno@2.9.6 node@24.21.0

cat >delay.mjs <<'CODE'
import { monitorEventLoopDelay } from "node:perf_hooks";

const first = monitorEventLoopDelay({ resolution: 10 });
const second = monitorEventLoopDelay({ resolution: 10 });
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

first.enable();
for (let turn = 0; turn < 10; turn++) {
  await pause(1);
  const end = performance.now() + 300;
  while (performance.now() < end);
}
await pause(1);
const blocked = first.percentile(99) > 200e6 && first.mean > 100e6;
console.log(`blocked by turns of 300 ms: ${blocked ? "seen" : "not seen"}`);

second.enable();
await pause(300);
first.reset();
console.log(`the other one was reset: ${second.count > 0 ? "samples kept" : "samples lost"}`);
first.disable();
second.reset();
await pause(300);
console.log(`the other one was disabled: ${second.count > 0 ? "still counts" : "counts no more"}`);
process.exit(0);
CODE

check() { # NAME EXPECTED COMMAND…
  local seen
  seen=$("${@:3}" delay.mjs)
  printf '%s\n%s\n' "$1" "$seen"
  [ "$seen" = "$2" ] || { echo "The behaviour has changed."; exit 1; }
}

check "Node $(npx node --version)" "blocked by turns of 300 ms: seen
the other one was reset: samples kept
the other one was disabled: still counts" npx node
check "Bun $(npx bun --version)" "blocked by turns of 300 ms: seen
the other one was reset: samples lost
the other one was disabled: counts no more" npx bun
check "$(npx deno --version | head -n 1)" "blocked by turns of 300 ms: not seen
the other one was reset: samples kept
the other one was disabled: still counts" npx deno run --quiet
