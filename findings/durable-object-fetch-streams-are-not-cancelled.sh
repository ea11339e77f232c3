#!/usr/bin/env bash
# miniflare 4.20260730.0 (workerd 1.20260730.1), seen 2026-11-29: a Worker reads a stream of a
# Durable Object and cancels it. If the object returned the stream from an RPC method, the stream's
# `cancel` is called. If the same stream is the body of the object's answer to stub.fetch(), `pull`
# is called no more and `cancel` never; nothing tells the object. Cloudflare's own network was not
# tried.
# Who meets it: whoever frees a lock, a subscription or a place in a queue in `cancel`.
# Needs npm and half a minute; Node 24 is installed beside miniflare. Exits with 1 if workerd
# behaves otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund miniflare@4.20260730.0 node@24.21.0

cat >worker.js <<'CODE'
import { DurableObject } from "cloudflare:workers";

export class Source extends DurableObject {
  chunks = 0;
  cancelled = false;

  makeStream() {
    const encoder = new TextEncoder();
    return new ReadableStream({
      type: "bytes",
      pull: async (controller) => {
        await scheduler.wait(50);
        this.chunks++;
        // Ends by itself, so that nothing is left running if it is never cancelled.
        if (this.chunks < 100) controller.enqueue(encoder.encode("chunk\n"));
        else controller.close();
      },
      cancel: () => {
        this.cancelled = true;
      },
    });
  }

  fetch() {
    return new Response(this.makeStream());
  }

  stream() {
    return this.makeStream();
  }

  report() {
    return { cancelled: this.cancelled, read: this.chunks >= 100 ? "to its end" : "in part" };
  }
}

export default {
  async fetch(request, env) {
    const way = new URL(request.url).pathname.slice(1);
    const source = env.SOURCE.get(env.SOURCE.idFromName(way));
    const stream = way === "rpc" ? await source.stream() : (await source.fetch(request)).body;
    const reader = stream.getReader();
    await reader.read();
    await reader.read();
    await reader.cancel("enough");
    await scheduler.wait(7000);
    return Response.json(await source.report());
  },
};
CODE
cat >run.mjs <<'CODE'
import { Miniflare } from "miniflare";

const worker = new Miniflare({
  host: "127.0.0.1",
  modules: [{ type: "ESModule", path: "worker.js" }],
  compatibilityDate: "2026-07-01",
  durableObjects: { SOURCE: { className: "Source", useSQLite: true } },
});
const url = await worker.ready;
for (const way of ["rpc", "fetch"]) {
  console.log(`${way}: ${await (await fetch(new URL(way, url))).text()}`);
}
await worker.dispose();
CODE

expected='rpc: {"cancelled":true,"read":"in part"}
fetch: {"cancelled":false,"read":"in part"}'

echo "miniflare $(npx node -p 'require("miniflare/package.json").version')," \
  "workerd $(npx node -p 'require("workerd/package.json").version')"
seen=$(npx node run.mjs)
echo "$seen"
[ "$seen" = "$expected" ] || { echo "The behaviour has changed."; exit 1; }
