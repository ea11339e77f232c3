import { expect, test } from "bun:test";
import { classifyFetchError } from "../../../src/upstream/classify-fetch-error.ts";

test("the log reason is the runtime's code or the error's name, never its text", () => {
  const url = "https://vendor.example/?key=secret";
  const coded = Object.assign(new TypeError(`cannot reach ${url}`), { code: "ConnectionRefused" });
  expect(classifyFetchError(coded, "connect")).toMatchObject({
    code: "upstream_unavailable",
    logReason: "ConnectionRefused",
  });
  expect(classifyFetchError(new TypeError(url), "body")).toMatchObject({
    code: "upstream_disconnected",
    logReason: "TypeError",
  });
});
