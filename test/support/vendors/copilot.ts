import { plain } from "./plain.ts";
import type { Vendor } from "./vendor.ts";

/** GitHub Copilot's bridge: Chat Completions, of which it takes less. */
export const copilot: Vendor = {
  ...plain,
  name: "copilot",
  model: "auto",
  variables: (url) => ({
    COPILOT_BRIDGE_URL: `${url}/copilot`,
    COPILOT_BRIDGE_TOKEN: "copilot-bridge-canary",
  }),
};
