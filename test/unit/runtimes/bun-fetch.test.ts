import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { fetchUncompressed } from "../../../src/runtimes/bun-fetch.ts";

const MIB = 1024 * 1024;
/** What may come of one read; Bun's own decoder gave all at once. */
const CHUNK_BYTES = 128 * 1024;
const BODY = "x".repeat(8 * MIB);

describe("Bun's fetch of vendors", () => {
  let server: ReturnType<typeof Bun.serve>;
  const asked: Headers[] = [];
  beforeAll(() => {
    const packed = gzipSync(BODY);
    server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch(request) {
        asked.push(request.headers);
        const coding = new URL(request.url).pathname.slice(1);
        return new Response(coding === "identity" ? "plain" : packed, {
          status: coding === "br" ? 529 : 200,
          headers: { "content-encoding": coding, "x-kept": "yes" },
        });
      },
    });
  });
  afterAll(() => server.stop(true));

  const get = (coding: string) =>
    fetchUncompressed(`${server.url}${coding}`, { headers: { a: "b" } });

  test("asks for no compression, whatever else is asked", async () => {
    await (await get("identity")).text();
    const headers = asked.at(-1);
    expect([headers?.get("accept-encoding"), headers?.get("a")]).toEqual(["identity", "b"]);
  });

  test("sends the headers of a frozen record with each of several calls at once", async () => {
    const headers = Object.freeze({ a: "frozen", "content-type": "text/plain" });
    const sent = Array.from({ length: 4 }, (_, at) =>
      fetchUncompressed(`${server.url}identity`, { method: "POST", headers, body: `body ${at}` }),
    );
    for (const response of await Promise.all(sent)) await response.text();
    for (const got of asked.slice(-4)) {
      const values = ["a", "content-type", "accept-encoding"].map((name) => got.get(name));
      expect(values).toEqual(["frozen", "text/plain", "identity"]);
    }
  });

  test("unpacks what is compressed all the same, no further than it is read", async () => {
    const response = await get("gzip");
    expect(response.headers.get("content-encoding")).toBeNull();
    expect(response.headers.get("content-length")).toBeNull();
    expect(response.headers.get("x-kept")).toBe("yes");
    const reader = response.body?.getReader();
    for (let reads = 0; reads < 4; reads++) {
      const length = (await reader?.read())?.value?.byteLength ?? 0;
      expect(length).toBeGreaterThan(0);
      expect(length).toBeLessThanOrEqual(CHUNK_BYTES);
    }
    await reader?.cancel();
    expect(await (await get("gzip")).text()).toBe(BODY);
  });

  test("refuses other codings", async () => {
    await expect(get("br")).rejects.toThrow("decompress");
  });
});
