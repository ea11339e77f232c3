// Starts the bridge over a stand-in for GitHub's runtime, for tests that ask it from another
// process: the model says what happens. Prints one line of JSON with the addresses of the bridge
// and of the list of sessions, and ends when its input does.
import { startBridge } from "../src/bridge.ts";
import { readSettings } from "../src/settings.ts";
import { CALLS, failure, HELLO } from "./scenes.ts";
import { startStandInRuntime } from "./stand-in-runtime.ts";

const runtime = await startStandInRuntime();
runtime.play({
  stepsByModel: {
    hello: HELLO,
    calls: CALLS,
    silent: HELLO.slice(0, 3),
    broken: [...HELLO.slice(0, 3), ...failure("rate_limit", { statusCode: 429 })],
    quota: failure("quota", { errorCode: "quota_exceeded" }),
  },
});
const settings = readSettings({
  ...process.env,
  COPILOT_CLI_URL: runtime.address,
  COPILOT_BRIDGE_PORT: "0",
});
const bridge = startBridge(settings, {});
const sessions = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: () => Response.json(runtime.sessions),
});
console.log(JSON.stringify({ bridge: bridge.url, sessions: `http://127.0.0.1:${sessions.port}` }));

for await (const _ of Bun.stdin.stream()) {
  // Nothing is said to this program; the end of its input is the end of the test.
}
await bridge.stop();
process.exit(0);
