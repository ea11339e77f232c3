import { existsSync } from "node:fs";
import { join } from "node:path";

const modules = join(import.meta.dir, "../node_modules/@github");

/**
 * Whether the SDK is there. Put the reason behind the title of a suite that is left out without it.
 */
export const hasSdk = existsSync(join(modules, "copilot-sdk"));
export const NEEDS_SDK = "(needs `npm ci --omit=optional` in bridges/copilot)";

/** Whether GitHub's runtime, a large optional package, is there too. */
export const hasRuntime =
  hasSdk && existsSync(join(modules, `copilot-sdk-${process.platform}-${process.arch}`));
export const NEEDS_RUNTIME = "(needs `npm ci` in bridges/copilot, with the runtime of 120 MB)";
