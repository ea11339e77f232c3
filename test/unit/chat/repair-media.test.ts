import { describe, expect, test } from "bun:test";
import type { DocumentPart, ImagePart } from "../../../src/chat/part.ts";
import { repairMedia, trueMediaType, unreadMedia } from "../../../src/chat/repair-media.ts";

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

test.each([
  ["Qk1GAAAAAAAAADYAAAAoAAAA", "image/bmp"],
  ["SUkqAAgAAAA=", "image/tiff"],
  ["AAAAGGZ0eXBoZWljAAAA", "image/heic"],
  ["AAAAHGZ0eXBhdmlmAAAA", "image/avif"],
  ["PHN2ZyB4bWxucz0iaHQi", "image/svg+xml"],
])("data that begins with %s is %s, whatever its label says", (data, expected) => {
  expect(trueMediaType("image/png", data)).toBe(expected);
  expect(unreadMedia({ type: "image", data, media_type: expected }, "anthropic")).toContain(
    "image/webp",
  );
});

describe("base64", () => {
  test.each([
    ["white space before it and within", `\n  ${PNG.slice(0, 12)}\r\n${PNG.slice(12)}\n`, PNG],
    ["the alphabet of URLs, without padding", "_9j_4AAQSkZJRg", JPEG],
    ["a data URL with parameters", ` DATA:image/png;charset=utf-8;base64,${PNG}`, PNG],
    ["percent signs", `data:image/png;base64,${PNG.replace("==", "%3D%3D")}`, PNG],
  ])("with %s is sent plain", (_what, data, plain) => {
    const repaired = repairMedia({ type: "image", media_type: "image/png", data });
    expect(repaired).toMatchObject({ data: plain });
  });

  test("that is none is refused", () => {
    expect(repairMedia({ type: "image", media_type: "image/png", data: "<html>" })).toBeNull();
  });
});

test("Claude reads PDFs and texts; what a server of Chat Completions reads is not known", () => {
  const docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
  const file = (media_type: string) => ({ type: "document" as const, data: "AAAA", media_type });
  expect(unreadMedia(file(docx), "anthropic")).toBe("application/pdf and texts");
  for (const readable of ["application/pdf", "text/csv", "application/json", "application/ld+json"])
    expect(unreadMedia(file(readable), "anthropic")).toBeUndefined();
  expect(unreadMedia(file(docx), "openai_responses")).toBeUndefined();
  const bmp = { type: "image" as const, data: "AAAA", media_type: "image/bmp" };
  expect(unreadMedia(bmp, "openai_chat")).toBeUndefined();
});
