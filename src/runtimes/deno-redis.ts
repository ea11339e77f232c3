import { createClient } from "@redis/client";
import type { RedisConnection } from "../platform.ts";

/** The client of Redis itself, without its reconnecting and its queue. */
export async function connectDenoRedis(url: string, timeoutMs: number): Promise<RedisConnection> {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: { connectTimeout: timeoutMs, reconnectStrategy: false },
  });
  // Without a listener an error of the connection ends the process; the commands reject all the
  // same.
  client.on("error", () => {});
  await client.connect();
  return {
    send: (command, args) => client.sendCommand([command, ...args]),
    close: () => client.destroy(),
  };
}
