#!/usr/bin/env bash
# miniflare 4.20260730.0 (workerd 1.20260730.1), seen 2026-11-29: the body of an answer is a
# ReadableStream that waits for its source; its caller leaves, and request.signal is aborted. If the
# stream is errored then, it is collected. If it is left as it is, it stays in the heap with all
# that it refers to, though nobody can read it any more: a heap snapshot shows it as a root.
# `cancel` is never called. Cloudflare's own network was not tried.
# Who meets it: whoever streams for long, and only stops its own work when the signal is aborted.
# Needs npm and a minute; Node 24 is installed beside miniflare. Exits with 1 if workerd behaves
# otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund miniflare@4.20260730.0 node@24.21.0

cat >worker.js <<'CODE'
const ballast = 10_000;
let noticed = 0;
let cancelled = 0;

export default {
  async fetch(request) {
    const way = new URL(request.url).pathname.slice(1);
    if (way === "report") return Response.json({ noticed, cancelled });
    const held = new Array(ballast).fill(Math.random());
    let hasLeft = false;
    const stream = new ReadableStream({
      start(controller) {
        request.signal.addEventListener("abort", () => {
          noticed += 1;
          hasLeft = true;
          if (way === "errored") controller.error(new Error("the caller has left"));
        });
      },
      async pull(controller) {
        await scheduler.wait(50);
        // The source was stopped, and has nothing more to say.
        if (hasLeft) await new Promise(() => {});
        controller.enqueue(new TextEncoder().encode(`${held.length}\n`));
      },
      cancel() {
        cancelled += 1;
      },
    });
    return new Response(stream);
  },
};
CODE
cat >run.mjs <<'CODE'
import { createServer } from "node:net";
import { Miniflare } from "miniflare";

const CALLERS = 100;
const inspectorPort = await new Promise((resolve) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});
const worker = new Miniflare({
  host: "127.0.0.1",
  inspectorPort,
  modules: [{ type: "ESModule", path: "worker.js" }],
  compatibilityDate: "2026-07-01",
  compatibilityFlags: ["enable_request_signal"],
  handleRuntimeStdio(stdout, stderr) {
    stdout.resume();
    stderr.resume();
  },
});
const url = await worker.ready;
const report = async () => (await fetch(new URL("report", url))).json();

const [target] = await (await fetch(`http://127.0.0.1:${inspectorPort}/json`)).json();
const inspector = new WebSocket(target.webSocketDebuggerUrl);
await new Promise((resolve) => inspector.addEventListener("open", resolve, { once: true }));
let id = 0;
async function ask(method) {
  const own = ++id;
  const reply = new Promise((resolve) =>
    inspector.addEventListener("message", function read({ data }) {
      const message = JSON.parse(data);
      if (message.id !== own) return;
      inspector.removeEventListener("message", read);
      resolve(message.result);
    }),
  );
  inspector.send(JSON.stringify({ id: own, method }));
  // The inspector waits until the Worker has something to do.
  const asking = setInterval(report, 50);
  return reply.finally(() => clearInterval(asking));
}
async function heapBytes() {
  await ask("Runtime.discardConsoleEntries");
  await ask("HeapProfiler.collectGarbage");
  return (await ask("Runtime.getHeapUsage")).usedSize;
}

async function leave(way) {
  const caller = new AbortController();
  const answer = await fetch(new URL(way, url), {
    signal: caller.signal,
    // Miniflare would hold the first chunks back to compress them.
    headers: { "accept-encoding": "identity" },
  });
  await answer.body.getReader().read();
  caller.abort();
}

// What is loaded at the first request does not count.
await leave("errored");
for (const way of ["errored", "left as it is"]) {
  const { noticed } = await report();
  const before = await heapBytes();
  await Promise.all(Array.from({ length: CALLERS }, () => leave(way)));
  const deadline = Date.now() + 20_000;
  while ((await report()).noticed < noticed + CALLERS && Date.now() < deadline)
    await new Promise((r) => setTimeout(r, 100));
  await new Promise((r) => setTimeout(r, 1000));
  const kept = ((await heapBytes()) - before) / CALLERS;
  // Each stream refers to 80,000 bytes.
  console.log(`${way}: ${kept < 4000 ? "collected" : kept > 70_000 ? "kept" : `${kept} bytes`}`);
}
console.log(`cancel was called ${(await report()).cancelled} times`);
process.exit(0);
CODE

expected='errored: collected
left as it is: kept
cancel was called 0 times'

echo "miniflare $(npx node -p 'require("miniflare/package.json").version')," \
  "workerd $(npx node -p 'require("workerd/package.json").version')"
seen=$(npx node run.mjs)
echo "$seen"
[ "$seen" = "$expected" ] || { echo "The behaviour has changed."; exit 1; }
