import type { Asset } from "../http/respond.ts";

/** Where the pages are: for a checkout, for `npm run build`, and for the images. */
const FOLDERS = ["../../dist/pages/", "../pages/", "./pages/"];

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

let pages: Promise<ReadonlyMap<string, Asset>> | undefined;

/** A file of the built pages, which are all read when the first is asked for. */
export async function readPage(name: string): Promise<Asset | null> {
  pages ??= findPages();
  return (await pages).get(name) ?? null;
}

/** Empty if the pages are not built, or this program may not read them. */
async function findPages(): Promise<ReadonlyMap<string, Asset>> {
  for (const folder of FOLDERS) {
    const files = await readFolder(new URL(folder, import.meta.url));
    if (files?.has("dashboard.html")) return files;
  }
  return new Map();
}

async function readFolder(folder: URL): Promise<Map<string, Asset> | undefined> {
  // Loaded when it is needed: it takes a tenth of the time to start.
  const { readdir, readFile } = await import("node:fs/promises");
  try {
    const files = new Map<string, Asset>();
    for (const name of await readdir(folder)) {
      const contentType = TYPES[name.slice(name.lastIndexOf(".") + 1)];
      if (contentType === undefined) continue;
      files.set(name, { body: await readFile(new URL(name, folder), "utf8"), contentType });
    }
    return files;
  } catch {
    return undefined;
  }
}
