import { describe, expect, test } from "bun:test";
import { connect } from "node:net";
import * as z from "zod";
import { mintTestToken } from "../../support/chat-client.ts";
import { openRawConnection } from "../../support/raw-http.ts";
import { until } from "../../support/until.ts";
import type { Conformance } from "../conformance.ts";

const providersSchema = z.object({
  providers: z.array(
    z.object({ name: z.string(), available: z.boolean(), reason: z.string().nullable() }),
  ),
});
const modelsSchema = z.object({
  models: z.array(z.object({ id: z.string(), provider: z.string(), available: z.boolean() })),
});

/** What can be found out about the server, and what is not there. */
export function describeDiscovery({ runtime, start, main: { client } }: Conformance): void {
  describe("discovery", () => {
    test("GET /health needs no token and tells version and runtime", async () => {
      const { status, headers, json } = await client.send("/health", { token: null });
      expect(status).toBe(200);
      expect(json()).toEqual({
        status: "ok",
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
        runtime,
        ledger: "ok",
        open_breakers: 0,
      });
      expect(headers.get("content-type")).toBe("application/json");
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("x-request-id")).toMatch(/^[\w-]{16,}$/);
    });

    test("GET /providers says which are available, and of the others why not", async () => {
      const { status, json } = await client.send("/providers");
      expect(status).toBe(200);
      const { providers } = providersSchema.parse(json());
      const named = new Map(providers.map((provider) => [provider.name, provider]));
      expect(named.get("echo")).toMatchObject({ available: true, reason: null });
      expect(named.get("claude")).toMatchObject({ available: true, reason: null });
      const unavailable = providers.filter(({ available }) => !available);
      for (const { reason } of unavailable) expect(reason).toMatch(/\w+/);
    });

    test("GET /models lists the models of the catalog", async () => {
      const { status, json } = await client.send("/models");
      expect(status).toBe(200);
      const { models } = modelsSchema.parse(json());
      expect(models.filter(({ provider }) => provider === "claude").length).toBeGreaterThan(3);
    });

    for (const path of ["/providers", "/models", "/chat"]) {
      test(`${path} without a token is 401`, async () => {
        const answer = await client.send(path, {
          token: null,
          ...(path === "/chat" ? { method: "POST", body: "{}" } : {}),
        });
        expect(answer.status).toBe(401);
        expect(answer.error()).toMatchObject({ code: "unauthenticated", retryable: false });
        expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="ai-server"');
      });
    }

    for (const path of ["/chat/x/y", "/v2/chat", "/.env", "/health/..%2f", "/chat.json", "/CHAT"]) {
      test(`${path} is 404 in the error shape`, async () => {
        const answer = await client.send(path, { method: "POST", body: "{}" });
        expect(answer.status).toBe(404);
        expect(answer.error()).toMatchObject({ code: "not_found", retryable: false });
      });
    }

    if (runtime === "workers") {
      test.skip("a broken Host header is 400 (not on workers: such a request does not reach us)", () => {});
    } else {
      for (const host of ["a b", "%%%", "[::", "example.com:99999"]) {
        test(`the Host header "${host}" is 400`, async () => {
          const connection = openRawConnection(client.url);
          await connection.write(`GET /health HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
          const { status, text } = await connection.answer;
          connection.close();
          expect(status).toBe(400);
          expect(text).toContain("invalid_request");
        });
      }
    }

    for (const [method, path, allow] of [
      ["GET", "/chat", "POST"],
      ["PUT", "/chat", "POST"],
      ["DELETE", "/chat", "POST"],
      ["POST", "/providers", "GET, HEAD"],
      ["POST", "/health", "GET, HEAD"],
    ] as const) {
      test(`${method} ${path} is 405 and names what is allowed`, async () => {
        const answer = await client.send(path, { method });
        expect(answer.status).toBe(405);
        expect(answer.headers.get("allow")).toBe(allow);
        expect(answer.error()).toMatchObject({
          code: "method_not_allowed",
          message: `This path accepts ${allow} only.`,
        });
      });
    }

    // Bun 1.4 takes a second request in the same packet for a fault of the connection.
    test(`requests in a row on one connection are all answered${
      runtime === "bun" ? ", or none is" : ""
    }`, async () => {
      const { hostname, port } = new URL(client.url);
      const socket = connect({ host: hostname, port: Number(port) });
      let received = "";
      let closed = false;
      socket.on("data", (bytes: Buffer) => {
        received += bytes.toString();
      });
      socket.on("error", () => {});
      socket.on("close", () => {
        closed = true;
      });
      const body = JSON.stringify({
        provider: "echo",
        messages: [{ role: "user", content: "hi" }],
      });
      const head = [
        "POST /chat HTTP/1.1",
        `host: ${hostname}`,
        `authorization: Bearer ${await mintTestToken()}`,
        "content-type: application/json",
        `content-length: ${body.length}`,
      ];
      socket.write([...head, "", body].join("\r\n").repeat(3));
      const answers = () => received.split("HTTP/1.1 200").length - 1;
      await until("all are answered, or none is", () => closed || answers() === 3);
      socket.destroy();
      expect(runtime === "bun" ? [0, 3] : [3]).toContain(answers());
    });

    test("a WebSocket is refused by a status at which clients fall back to HTTP", async () => {
      const connection = openRawConnection(client.url);
      await connection.write(
        [
          "GET /v1/responses HTTP/1.1",
          "Host: localhost",
          "Connection: Upgrade",
          "Upgrade: websocket",
          "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
          "",
          "",
        ].join("\r\n"),
      );
      const { status, head, text } = await connection.answer;
      connection.close();
      expect(status).toBe(426);
      // RFC 9110 15.5.22; workerd keeps this header to itself.
      if (runtime !== "workers") expect(head).toMatch(/^upgrade: HTTP\/1\.1\r?$/im);
      expect(text).toContain("upgrade_unsupported");
    });

    for (const path of [
      "/health",
      "/providers",
      "/models",
      "/v1/models",
      "/docs",
      "/openapi.json",
    ]) {
      test(`HEAD ${path} is GET without its body`, async () => {
        const [head, get] = [await client.send(path, { method: "HEAD" }), await client.send(path)];
        expect([head.status, head.text]).toEqual([200, ""]);
        expect(head.headers.get("content-type")).toBe(get.headers.get("content-type"));
      });
    }

    test("the request id of an error is that of its header", async () => {
      const answer = await client.send("/nowhere");
      expect(answer.error().request_id).toBe(answer.headers.get("x-request-id") ?? "none");
    });

    test("other origins get nothing while CORS is not configured", async () => {
      const headers = { origin: "https://example.com", "access-control-request-method": "POST" };
      for (const answer of [
        await client.send("/chat", { method: "OPTIONS", token: null, headers }),
        await client.send("/health", { token: null, headers }),
      ]) {
        expect(
          [...answer.headers.keys()].filter((name) => name.startsWith("access-control-")),
        ).toEqual([]);
      }
    });

    test("with CORS configured, pages of those origins may call it, and no others", async () => {
      const { client: open } = await start({
        CORS_ORIGINS: "https://app.example.com, http://localhost:5173",
      });
      const ask = (origin: string, path = "/chat") =>
        open.send(path, {
          method: "OPTIONS",
          token: null,
          headers: { origin, "access-control-request-method": "POST" },
        });
      for (const path of ["/chat", "/v1/chat/completions", "/nowhere"]) {
        const { status, headers } = await ask("http://localhost:5173", path);
        expect(status).toBe(204);
        expect(headers.get("access-control-allow-origin")).toBe("http://localhost:5173");
        expect(headers.get("access-control-allow-methods")).toBe("GET, POST, DELETE");
        expect(headers.get("access-control-allow-headers")).toBe("authorization, *");
        expect(headers.get("access-control-allow-credentials")).toBeNull();
        expect(headers.get("vary")).toContain("origin");
      }
      for (const origin of [
        "https://app.example.com.evil.example",
        "https://APP.example.com",
        "null",
      ]) {
        const { status, headers } = await ask(origin);
        expect([status, headers.get("access-control-allow-origin")]).toEqual([405, null]);
      }
      const headers = { origin: "https://app.example.com" };
      for (const answer of [
        await open.send("/chat", { method: "POST", token: null, headers }),
        await open.chat(
          { provider: "echo", stream: true, messages: [{ role: "user", content: "hi" }] },
          { headers },
        ),
      ]) {
        expect(answer.headers.get("access-control-allow-origin")).toBe("https://app.example.com");
        expect(answer.headers.get("access-control-expose-headers")).toContain("x-request-id");
      }
    });
  });
}
