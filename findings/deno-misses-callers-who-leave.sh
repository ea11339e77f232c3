#!/usr/bin/env bash
# Deno 2.9.6, seen 2026-11-29: `request.signal` tells a handler of Deno.serve that the caller has
# left, but not if the request's body came in a later packet than its head. Then the handler works
# on for nobody, with and without --unstable-no-legacy-abort.
# Who meets it: every server that stops costly work when its caller leaves, such as a call of a
# model whose answer is sent whole. Many clients send head and body apart, and large bodies always
# are.
# Needs npm and half a minute. Exits with 1 if Deno behaves otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund deno@2.9.6

cat >server.ts <<'CODE'
const told: string[] = [];
const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
  let left = false;
  const listener = () => (left = true);
  request.signal.addEventListener("abort", listener);
  await request.text();
  await new Promise((resolve) => setTimeout(resolve, 3000));
  // Without the flag, the signal also aborts behind each finished answer.
  request.signal.removeEventListener("abort", listener);
  told.push(left ? "told" : "not told");
  return new Response("an answer");
});

async function sendAndLeave(name: string, ...pieces: string[]): Promise<void> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.addr.port });
  connection.setNoDelay();
  for (const piece of pieces) {
    await connection.write(new TextEncoder().encode(piece));
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  connection.close();
  while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  console.log(`${name}: ${told.pop()}`);
}

const head = "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\n\r\n";
await sendAndLeave("no body", "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
await sendAndLeave("head and body in one packet", `${head}hello`);
await sendAndLeave("body in a later packet", head, "hello");
Deno.exit(0);
CODE

expected="no body: told
head and body in one packet: told
body in a later packet: not told"

for flag in --no-prompt --unstable-no-legacy-abort; do
  echo "$(npx deno --version | head -n 1), $flag"
  seen=$(npx deno run --quiet --allow-net "$flag" server.ts)
  echo "$seen"
  [ "$seen" = "$expected" ] || { echo "The behaviour has changed."; exit 1; }
done
