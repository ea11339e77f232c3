import { describe, expect, test } from "bun:test";
import { decodeContent } from "../../../../src/formats/openai-responses/decode-content.ts";
import { encodeContent } from "../../../../src/formats/openai-responses/encode-content.ts";
import type { JsonObject } from "../../../../src/json/json-object.ts";

describe("content parts", () => {
  test.each<[string, JsonObject]>([
    [
      "input_text",
      { type: "input_text", text: "Hi", prompt_cache_breakpoint: { mode: "explicit" } },
    ],
    ["output_text", { type: "output_text", text: "Hi", annotations: [] }],
    ["a part of the future", { type: "input_video", video_url: "https://example.com/a.mp4" }],
    [
      "input_image",
      { type: "input_image", image_url: "data:image/png;base64,AAAA", detail: "low" },
    ],
    ["linked image", { type: "input_image", image_url: "https://example.com/a.png" }],
    [
      "image in the usual detail",
      { type: "input_image", image_url: "https://example.com/a.png", detail: "auto" },
    ],
    ["odd data URL", { type: "input_image", image_url: "data:image/svg+xml;charset=utf-8,<svg/>" }],
    ["image by id", { type: "input_image", file_id: "file_1", detail: "auto" }],
    [
      "input_file",
      { type: "input_file", filename: "a.pdf", file_data: "data:application/pdf;base64,JVBE" },
    ],
    ["file without a name", { type: "input_file", file_data: "data:application/pdf;base64,JVBE" }],
    ["linked file", { type: "input_file", file_url: "https://example.com/a.pdf" }],
    [
      "linked file with a name",
      { type: "input_file", file_url: "https://example.com/a.pdf", filename: "a.pdf" },
    ],
    ["file by id", { type: "input_file", file_id: "file_1" }],
  ])("%s comes back as it was", (_name, content) => {
    expect(encodeContent(decodeContent(content))).toEqual(content);
  });

  test("what other vendors support is not opaque", () => {
    expect(decodeContent({ type: "input_image", image_url: "data:image/png;base64,AAAA" })).toEqual(
      {
        type: "image",
        media_type: "image/png",
        data: "AAAA",
      },
    );
    expect(
      decodeContent({
        type: "input_file",
        filename: "a.pdf",
        file_data: "data:application/pdf;base64,JVBE",
      }),
    ).toEqual({
      type: "document",
      media_type: "application/pdf",
      data: "JVBE",
      title: "a.pdf",
    });
    expect(decodeContent({ type: "input_file", file_id: "file_1" }).type).toBe("opaque");
  });
});
