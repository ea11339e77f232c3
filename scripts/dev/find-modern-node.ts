/** The machine's Node where it is as new as wrangler asks for (22); where it is not, wrangler runs on Bun. */
export function findModernNode(): string | undefined {
  const node = Bun.which("node");
  if (!node) return undefined;
  const version = Bun.spawnSync([node, "--version"]).stdout.toString();
  return Number(/^v(\d+)/.exec(version)?.[1] ?? 0) >= 22 ? node : undefined;
}
