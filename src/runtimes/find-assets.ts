import type { ReadAsset } from "../http/respond.ts";

/** Workers' own files, which are not in the bundle. */
interface AssetsBinding {
  fetch(url: string): Promise<Response>;
}

/** The pages behind the Worker's binding ASSETS; undefined if there is none. */
export function findAssets(env: Readonly<Record<string, unknown>>): ReadAsset | undefined {
  const assets = env.ASSETS;
  if (!isAssets(assets)) return undefined;
  return async (name) => {
    const response = await assets.fetch(`https://assets.local/${name}`);
    const contentType = response.headers.get("content-type");
    if (!response.ok || !response.body || contentType === null) return null;
    return { body: response.body, contentType };
  };
}

function isAssets(value: unknown): value is AssetsBinding {
  return typeof value === "object" && value !== null && "fetch" in value;
}
