import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { createStreamEncoder } from "../../../src/dialects/chat/encode-stream.ts";
import { streamEventSchema } from "../../../src/dialects/chat/event.ts";
import { describeApi } from "../../../src/openapi/describe-api.ts";
import { SCHEMAS } from "../../../src/openapi/describe-schemas.ts";
import { renderPage } from "../../../src/openapi/render-page.ts";
import { createEchoProvider } from "../../../src/providers/echo/index.ts";
import { PARAM_NAMES } from "../../../src/usage/read-params.ts";
import { collectEvents, createTestCall, TIMEOUTS } from "../../support/play-response.ts";

const api = describeApi("0.0.0");
const text = JSON.stringify(api);

describe("the description of the API", () => {
  test("is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    const result = await validator.validate(JSON.parse(text));
    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
    expect(validator.version).toBe("3.1");
  });

  test("has no dangling reference", () => {
    const references = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(
      ([, name]) => name ?? "",
    );
    expect(references.length).toBeGreaterThan(30);
    for (const name of references) expect(Object.keys(SCHEMAS)).toContain(name);
  });

  test("has every path that the server answers, but for the pages and the root", () => {
    const table = readFileSync(join(import.meta.dir, "../../../src/routes.ts"), "utf8");
    const routes = [...table.matchAll(/^ {2}route\(\s*"([^"]+)"/gm)].map(([, path = ""]) =>
      path.replace(/:(\w+)\+?/g, "{$1}"),
    );
    const pages = ["/", "/docs", "/openapi.json", "/dashboard", "/playground", "/pages/{name}"];
    expect(routes.length).toBeGreaterThan(20);
    expect(routes.filter((path) => !pages.includes(path)).sort()).toEqual(
      Object.keys(api.paths).sort(),
    );
  });

  test("names the parameters that the questions to the ledger take, and no others", () => {
    for (const [path, refused] of [
      ["/usage", []],
      ["/usage/calls", ["group_by"]],
      ["/usage/latency", ["format", "limit", "page"]],
    ] as const) {
      const names = api.paths[path].get.parameters.map((parameter) => parameter.name);
      expect([...names, ...refused].sort()).toEqual([...PARAM_NAMES].sort());
    }
  });

  test("describes every field of a request to /chat", () => {
    expect(api.components.schemas.ChatRequest).toMatchObject({
      type: "object",
      additionalProperties: false,
      required: ["messages"],
      properties: {
        temperature: { type: "number", minimum: 0, maximum: 2 },
        model: { description: expect.any(String) },
      },
    });
    expect(text).not.toContain("requires_format");
  });
});

describe("the events of a stream", () => {
  test("match the description", async () => {
    const echo = createEchoProvider({ randomId: () => "1", timeouts: TIMEOUTS });
    const tools = [
      { name: "now", parameters: { type: "object", properties: { zone: { type: "string" } } } },
    ];
    const request = {
      messages: [{ role: "user" as const, content: "what is now" }],
      tools,
      reasoning: { effort: "low" as const },
    };
    const batch = await collectEvents(
      await echo.open(createTestCall(request, { model: { id: "echo" } })),
    );
    const encoder = createStreamEncoder({
      requestId: "r",
      request,
      target: { provider: "echo", model: "echo" },
      isFallback: false,
      servedBy: "echo/echo",
      format: null,
      warnings: [],
      brokenCalls: new Set(),
      attempts: [{ provider: "echo", model: "echo", outcome: "ok", duration_ms: 1, cost: null }],
      startedAt: 0,
      cost: () => null,
    });
    const events = [...encoder.encode(batch).matchAll(/^data: (.*)$/gm)].map(([, json]) =>
      streamEventSchema.parse(JSON.parse(json ?? "")),
    );
    expect(new Set(events.map(({ type }) => type))).toEqual(
      new Set(["start", "part-start", "part-delta", "part-end", "done"]),
    );
  });
});

describe("the page", () => {
  const page = renderPage(api);

  test("has every path and every schema, and no dead link", () => {
    for (const path of Object.keys(api.paths)) expect(page).toContain(`<code>${path}</code>`);
    const links = [...page.matchAll(/href="#([^"]+)"/g)].map(([, anchor]) => anchor);
    expect(links.length).toBeGreaterThan(50);
    for (const anchor of links) expect(page).toContain(`id="${anchor}"`);
  });

  test("tells operations of one path apart, and shows the parameters", () => {
    for (const method of ["GET", "DELETE"])
      expect(page).toContain(
        `href="#${method.toLowerCase()}-chat-id-"><small>${method}</small> /chat/{id}</a>`,
      );
    expect(page).toContain('<th scope="row"><code>time_zone</code></th><td>query</td>');
  });

  test("runs no script and loads nothing", () => {
    expect(page).not.toMatch(/<script|<img|<link|src=|url\(|https?:/);
  });
});
