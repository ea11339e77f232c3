import type { RedisConnection } from "../platform.ts";

/**
 * Bun's own client, without its reconnecting and its queue: a command that waits in the queue runs
 * later even if its caller has given up on it, and `idleTimeout` ends a quiet client for good.
 */
export async function connectBunRedis(url: string, timeoutMs: number): Promise<RedisConnection> {
  const client = new Bun.RedisClient(url, {
    connectionTimeout: timeoutMs,
    autoReconnect: false,
    enableOfflineQueue: false,
  });
  await client.connect();
  return {
    send: (command, args) => client.send(command, [...args]),
    close: () => client.close(),
  };
}
