import { type Bridge, startBridge } from "./bridge.ts";
import { readSettings, SettingsError } from "./settings.ts";

/** How long to wait at the end for sessions to be deleted. */
const STOP_MS = 5000;

function start(): Bridge {
  try {
    return startBridge(readSettings(process.env), process.env);
  } catch (error) {
    console.error(
      error instanceof SettingsError
        ? error.message
        : `The bridge does not start: ${String(error)}`,
    );
    process.exit(1);
  }
}

const bridge = start();
console.log(`copilot-bridge listens on ${bridge.url}`);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    setTimeout(() => process.exit(0), STOP_MS).unref();
    void bridge.stop().then(() => process.exit(0));
  });
}
