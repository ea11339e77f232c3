#!/usr/bin/env bash
# openai 7.57.0, seen 2026-11-29: the request option `idempotencyKey` ("A unique key for this
# request to enable idempotency") is accepted and never sent, neither at first nor with the client's
# own retry. A header set by hand is sent with both.
# Who meets it: whoever counts on that option against a second, charged answer, at a gateway or
# compatible server that heeds Idempotency-Key.
# Needs Node 20, npm and some seconds. Exits with 1 if the package behaves otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund openai@7.57.0

cat >client.mjs <<'CODE'
import { createServer } from "node:http";
import OpenAI from "openai";

let calls = [];
const server = createServer((request, response) => {
  const values = Object.values(request.headers);
  calls.push(values.some((value) => String(value).includes("key-1")) ? "key" : "no key");
  const failed = calls.length === 1;
  response.writeHead(failed ? 503 : 200, { "content-type": "application/json" });
  response.end(failed ? "{}" : JSON.stringify({ id: "1", object: "any", choices: [], data: [] }));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const baseURL = `http://127.0.0.1:${server.address().port}`;
const client = new OpenAI({ apiKey: "none", baseURL });

const body = { model: "any", messages: [{ role: "user", content: "hello" }] };
const requests = {
  chat: (options) => client.chat.completions.create(body, options),
  responses: (options) => client.responses.create({ model: "any", input: "hello" }, options),
  embeddings: (options) =>
    client.embeddings.create({ model: "any", input: "hello", encoding_format: "float" }, options),
};
for (const [name, send] of Object.entries(requests)) {
  for (const options of [
    { idempotencyKey: "key-1" },
    { headers: { "idempotency-key": "key-1" } },
  ]) {
    calls = [];
    await send(options);
    console.log(`${name}, ${Object.keys(options)}: ${calls.join(", ")}`);
  }
}
server.closeAllConnections();
server.close();
CODE

expected="chat, idempotencyKey: no key, no key
chat, headers: key, key
responses, idempotencyKey: no key, no key
responses, headers: key, key
embeddings, idempotencyKey: no key, no key
embeddings, headers: key, key"

version=$(node -p 'require("./node_modules/openai/package.json").version')
echo "openai $version, Node $(node --version)"
seen=$(node client.mjs)
echo "$seen"
[ "$seen" = "$expected" ] || { echo "The behaviour has changed."; exit 1; }
