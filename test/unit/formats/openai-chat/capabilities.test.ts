import { expect, test } from "bun:test";
import * as z from "zod/mini";
import { capabilitiesOf } from "../../../../src/formats/openai-chat/capabilities.ts";
import { NO_QUIRKS, quirksSchema } from "../../../../src/formats/openai-chat/quirks.ts";

test("a server without quirks supports everything in the format", () => {
  const capabilities = capabilitiesOf(NO_QUIRKS);
  expect(
    Object.entries(capabilities).flatMap(([parameter, how]) =>
      how === "dropped" ? [parameter] : [],
    ),
  ).toEqual(["reasoning.budget_tokens", "reasoning.visible", "document.url"]);
});

test("quirks say what a server does not support", () => {
  const capabilities = capabilitiesOf(
    quirksSchema.parse({
      refuses: ["seed", "image.data", "image.url"],
      reasoning_request: "none",
      documents: "none",
      json_schema: "as_json",
    }),
  );
  expect(capabilities).toMatchObject({
    seed: "dropped",
    "image.url": "dropped",
    "tool_result.image": "dropped",
    "reasoning.effort": "dropped",
    "document.data": "dropped",
    "tool_result.document": "dropped",
    "response_format.json_schema": "mapped",
  });
  expect(
    capabilitiesOf(
      quirksSchema.parse({
        reasoning_request: "reasoning",
        reasoning_visible: "exclude",
        documents: "file_or_url",
        cache: "cache_control",
      }),
    ),
  ).toMatchObject({
    "reasoning.budget_tokens": "native",
    "reasoning.visible": "native",
    "document.url": "native",
    cache: "native",
  });
});

test("quirks are a closed set", () => {
  expect(quirksSchema.safeParse({ sytem_role: "system" }).success).toBe(false);
  expect(quirksSchema.safeParse({ refuses: ["heat"] }).success).toBe(false);
});

test("every quirk is described", () => {
  for (const [name, schema] of Object.entries(quirksSchema.shape)) {
    if (!z.globalRegistry.get(schema)?.description) throw new Error(`${name} has no description`);
  }
});
