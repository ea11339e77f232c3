import type { RedisConnection } from "../platform.ts";
import { StoreError } from "./store-error.ts";
import { within } from "./within.ts";

export interface RedisOptions {
  connect(): Promise<RedisConnection>;
  /** How long a command may take, connecting included. */
  readonly timeoutMs: number;
}

export type SendCommand = (command: string, args: readonly string[]) => Promise<unknown>;

/**
 * One connection for all commands, each raced with a timer: no client library ends a command that a
 * hanging server leaves unanswered. A command that is given up on takes its connection with it, so
 * that nothing piles up behind it; the next command opens a new one. It may be executed all the
 * same.
 */
export function createRedisCommands({ connect, timeoutMs }: RedisOptions): SendCommand {
  let opening: Promise<RedisConnection> | undefined;

  function open(): Promise<RedisConnection> {
    const opened = connect();
    opened.catch(() => {
      if (opening === opened) opening = undefined;
    });
    return opened;
  }

  return async (command, args) => {
    opening ??= open();
    const used = opening;
    try {
      return await within(
        timeoutMs,
        used.then((connection) => connection.send(command, args)),
      );
    } catch (thrown) {
      // What the server itself says (NOSCRIPT, OOM, LOADING) does not speak against the connection,
      // READONLY but for a failover.
      if (isServerError(thrown) && !thrown.message.startsWith("READONLY")) throw thrown;
      if (opening === used) opening = undefined;
      used.then((connection) => connection.close()).catch(() => {});
      throw thrown instanceof StoreError ? thrown : new StoreError("connection");
    }
  };
}

/**
 * Error replies begin with a word in capitals
 * (https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors).
 */
export function isServerError(thrown: unknown): thrown is Error {
  return thrown instanceof Error && /^[A-Z]{3,}\b/.test(thrown.message);
}
