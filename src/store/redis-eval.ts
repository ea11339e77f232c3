import { isServerError, type SendCommand } from "./redis-commands.ts";
import { StoreError } from "./store-error.ts";

export type Evaluate = (keys: readonly string[], args: readonly string[]) => Promise<unknown>;

/**
 * A script by its hash; the server is given its text if it does not know the hash: scripts are gone
 * after a restart and after a failover.
 */
export function createScript(send: SendCommand, script: string): Evaluate {
  let sha: Promise<string> | undefined;
  return async (keys, args) => {
    sha ??= hash(script);
    const rest = [String(keys.length), ...keys, ...args];
    try {
      return await send("EVALSHA", [await sha, ...rest]);
    } catch (thrown) {
      if (!isServerError(thrown)) throw thrown;
      if (!thrown.message.startsWith("NOSCRIPT")) throw asStoreError(thrown);
    }
    try {
      return await send("EVAL", [script, ...rest]);
    } catch (thrown) {
      throw isServerError(thrown) ? asStoreError(thrown) : thrown;
    }
  };
}

/**
 * The first word of an error reply is its kind; the rest may name keys, which hold names of
 * callers.
 */
function asStoreError({ message }: Error): StoreError {
  return new StoreError("refused", message.split(" ", 1)[0]);
}

/** The name by which Redis knows a script: the hexadecimal SHA-1 of its text. */
async function hash(script: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(script));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
