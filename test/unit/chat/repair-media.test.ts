import { describe, expect, test } from "bun:test";
import type { DocumentPart, ImagePart } from "../../../src/chat/part.ts";
import { repairMedia, trueMediaType } from "../../../src/chat/repair-media.ts";

const PNG = "iVBORw0KGgoAAAANSUhEUg==";
const JPEG = "/9j/4AAQSkZJRg==";
const GIF = "R0lGODlhAQABAAAAACw=";
const WEBP = "UklGRk49UgFXRUJQVlA4IA==";
const PDF = "JVBERi0xLjcK";

describe("the true type", () => {
  test.each([
    ["image/jpg", "AAAA", "image/jpeg"],
    ["IMAGE/JPG; charset=binary", "AAAA", "image/jpeg"],
    ["image/x-png", "AAAA", "image/png"],
    ["image/heic", "AAAA", "image/heic"],
    ["image/png", JPEG, "image/jpeg"],
    ["image/jpeg", PNG, "image/png"],
    ["image/png", GIF, "image/gif"],
    ["image/jpeg", WEBP, "image/webp"],
    ["image/png", PDF, "application/pdf"],
    [undefined, PNG, "image/png"],
    ["application/octet-stream", JPEG, "image/jpeg"],
    [undefined, "AAAA", undefined],
  ])("%s with %s is %s", (said, data, expected) => {
    expect(trueMediaType(said, data)).toBe(expected);
  });
});

describe("a part", () => {
  test("with nothing wrong stays the same object", () => {
    const image: ImagePart = { type: "image", media_type: "image/png", data: PNG };
    expect(repairMedia(image)).toBe(image);
    const link: ImagePart = { type: "image", url: "https://example.com/a.png" };
    expect(repairMedia(link)).toBe(link);
  });

  test("whose data is a data URL keeps the data alone", () => {
    const data = `data:image/jpg;base64,${JPEG}`;
    expect(repairMedia({ type: "image", data })).toEqual({
      type: "image",
      data: JPEG,
      media_type: "image/jpeg",
    });
  });

  test("that is a PDF is a document, and the reverse", () => {
    expect(repairMedia({ type: "image", media_type: "image/png", data: PDF })).toEqual({
      type: "document",
      media_type: "application/pdf",
      data: PDF,
    });
    const file: DocumentPart = { type: "document", title: "a", media_type: "image/png", data: PNG };
    expect(repairMedia(file)).toEqual({ type: "image", media_type: "image/png", data: PNG });
  });
});
