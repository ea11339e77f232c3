/** This machine's Node if it is new enough for wrangler (22); otherwise wrangler runs on Bun. */
export function findModernNode(): string | undefined {
  const node = Bun.which("node");
  if (!node) return undefined;
  const version = Bun.spawnSync([node, "--version"]).stdout.toString();
  return Number(/^v(\d+)/.exec(version)?.[1] ?? 0) >= 22 ? node : undefined;
}
