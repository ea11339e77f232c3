#!/usr/bin/env bash
# openai 7.57.0, seen 2026-11-29: `chat.completions.stream()` throws "missing role for choice 0"
# behind the last chunk if no chunk had a `role`; the answer, already whole, is lost. OpenAI's API
# description does not require `role` in a chunk, the package's own type has it as optional, and
# `create({ stream: true })` of the same package reads the same bytes.
# Who meets it: users of `.stream()` with a compatible server that leaves the role out.
# Needs Node 20, npm and some seconds. Exits with 1 if the package behaves otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund openai@7.57.0

cat >client.mjs <<'CODE'
import { createServer } from "node:http";
import OpenAI from "openai";

const roles = { assistant: { role: "assistant" }, none: {} };

function writeAnswer(role) {
  const choices = [
    { index: 0, delta: { ...role, content: "Good " }, finish_reason: null },
    { index: 0, delta: { content: "morning" }, finish_reason: null },
    { index: 0, delta: {}, finish_reason: "stop" },
  ];
  const chunk = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "any" };
  const events = choices.map((choice) => JSON.stringify({ ...chunk, choices: [choice] }));
  return [...events, "[DONE]"].map((event) => `data: ${event}\n\n`).join("");
}

const server = createServer((request, response) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.end(writeAnswer(roles[request.url.split("/")[1]]));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

for (const role of Object.keys(roles)) {
  const baseURL = `http://127.0.0.1:${server.address().port}/${role}`;
  const { completions } = new OpenAI({ apiKey: "none", baseURL }).chat;
  const body = { model: "any", messages: [{ role: "user", content: "hello" }] };
  let text = "";
  for await (const { choices } of await completions.create({ ...body, stream: true })) {
    text += choices[0].delta.content ?? "";
  }
  console.log(`role ${role}, create: ${text}`);
  const streamed = await completions.stream(body).finalContent().catch(String);
  console.log(`role ${role}, stream: ${streamed}`);
}
server.closeAllConnections();
server.close();
CODE

expected="role assistant, create: Good morning
role assistant, stream: Good morning
role none, create: Good morning
role none, stream: Error: missing role for choice 0"

version=$(node -p 'require("./node_modules/openai/package.json").version')
echo "openai $version, Node $(node --version)"
seen=$(node client.mjs)
echo "$seen"
[ "$seen" = "$expected" ] || { echo "The behaviour has changed."; exit 1; }
