/**
 * Below the range from which the system takes ports for outgoing connections, so that none of these
 * takes it in between.
 */
const LOWEST = 10_000;
const HIGHEST = 32_000;

/** Given away before: who has one may not have begun to listen. */
const given = new Set<number>();

/** A port of loopback on which nothing listens now; never the same one twice. */
export function findFreePort(): number {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (given.has(port)) continue;
    try {
      Bun.listen({ hostname: "127.0.0.1", port, socket: { data() {} } }).stop(true);
      given.add(port);
      return port;
    } catch {
      // Taken; the next one.
    }
  }
  throw new Error("no free port");
}
