// What is uploaded to Cloudflare, as `npm run build:workers` tells it in each checkout.
import type { Figures } from "./results.ts";
import { runScript } from "./start-program.ts";
import type { Build } from "./variants.ts";

export async function measureBundles(builds: readonly Build[], figures: Figures): Promise<void> {
  for (const { name, folder } of builds) {
    const output = await runScript(folder, "build:workers");
    const [whole, start = whole] = [...output.matchAll(/gzip ([\d.]+) KiB/g)].map(([, size]) =>
      Number(size),
    );
    const key = {
      part: "bundle",
      work: "Workers bundle",
      runtime: "workers",
      variant: name,
    } as const;
    figures.add({ ...key, measure: "gzip KiB" }, whole ?? Number.NaN);
    figures.add({ ...key, measure: "at the start, gzip KiB" }, start ?? Number.NaN);
  }
}
