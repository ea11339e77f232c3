/**
 * `Server-Timing` (https://www.w3.org/TR/server-timing/): the milliseconds that a call waited for
 * its targets, and what it spent in this server before that. All times are in milliseconds since
 * 1970; on a stream, the answer's is that of its head.
 */
export function serverTiming(
  startedAt: number,
  attemptedAt: number,
  answeredAt: number,
): Record<string, string> {
  const upstream = answeredAt - attemptedAt;
  const gateway = attemptedAt - startedAt;
  return { "server-timing": `upstream;dur=${upstream}, gateway;dur=${gateway}` };
}
