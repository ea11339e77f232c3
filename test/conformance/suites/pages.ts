import { describe, expect, test } from "bun:test";
import type { Conformance } from "../conformance.ts";

/** The dashboard and the playground as files; what they do is tested in a browser (test/pages). */
export function describePages({ main: { client } }: Conformance): void {
  describe("pages", () => {
    test.each([
      ["/dashboard", "text/html"],
      ["/playground", "text/html"],
      ["/pages/dashboard.js", "text/javascript"],
      ["/pages/playground.js", "text/javascript"],
      ["/pages/style.css", "text/css"],
      ["/pages/icon.svg", "image/svg+xml"],
    ])("%s is there without a token, under a strict policy", async (path, type) => {
      const { status, headers, text } = await client.send(path, { token: null });
      expect(status).toBe(200);
      expect(headers.get("content-type")).toStartWith(type);
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy).toStartWith("default-src 'none'; script-src 'self'; style-src 'self';");
      expect(policy).not.toContain("unsafe");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(text).not.toMatch(/(src|href)="https?:/);
    });

    test.each([
      "/pages/",
      "/pages/nothing.js",
      "/pages/..%2f..%2fpackage.json",
      "/pages/%2e%2e/package.json",
      "/pages/dashboard.html",
    ])("%s is not there", async (path) => {
      expect((await client.send(path, { token: null })).status).toBe(404);
    });
  });
}
