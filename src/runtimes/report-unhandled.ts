import type { Platform } from "../platform.ts";
import { createLog } from "../telemetry/log.ts";

/**
 * What nobody caught is a fault of this program or of a library. On Bun and Deno it would end the
 * process, all other calls with it, and print a stack in which addresses and texts may be. It
 * becomes a line in the log, with no more than the error's class.
 */
export function reportUnhandled(platform: Pick<Platform, "log" | "now">): void {
  const log = createLog(platform, "error");
  for (const event of ["unhandledRejection", "uncaughtException"] as const)
    process.on(event, (thrown: unknown) =>
      log("error", "unhandled", { reason: thrown instanceof Error ? thrown.name : typeof thrown }),
    );
}
