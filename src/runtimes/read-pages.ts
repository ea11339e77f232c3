import { readdir, readFile } from "node:fs/promises";
import type { Asset, ReadAsset } from "../http/respond.ts";

/** Where the pages are: for a checkout, for `npm run build`, and for the images. */
const FOLDERS = ["../../dist/pages/", "../pages/", "./pages/"];

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

/** The built pages, read once; undefined if there are none, or this program may not read them. */
export async function readPages(): Promise<ReadAsset | undefined> {
  for (const folder of FOLDERS) {
    const files = await readFolder(new URL(folder, import.meta.url));
    if (files?.has("dashboard.html")) return async (name) => files.get(name) ?? null;
  }
  return undefined;
}

async function readFolder(folder: URL): Promise<Map<string, Asset> | undefined> {
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
