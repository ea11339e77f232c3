import { describe, expect, test } from "bun:test";
import { checkMediaUrls } from "../../../src/chat/check-media-urls.ts";
import type { Message } from "../../../src/chat/message.ts";

const withImage = (url: string): Message[] => [
  { role: "user", content: "Hi" },
  {
    role: "user",
    content: [
      { type: "text", text: "Look" },
      { type: "image", url },
    ],
  },
];

describe("checkMediaUrls", () => {
  test.each([
    "http://127.0.0.1/a.png",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://0/",
    "http://10.0.0.1/",
    "http://172.31.255.255/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:a00:1]/",
    "http://[fd00::1]/",
    "http://[fe80::1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:db8::1]/",
    "http://localhost/",
    "http://localhost./",
    "http://LOCALHOST:3000/",
    "http://app.internal/",
    "http://db.flycast/",
    "http://metadata/",
    "https://user:secret@example.com/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "file:///etc/passwd",
    "ftp://example.com/a.png",
    "data:image/png;base64,AAAA",
    "javascript:alert(1)",
    "not a url",
    "//example.com/a.png",
    "",
  ])("refuses %s and names the field", (url) => {
    expect(() => checkMediaUrls(withImage(url))).toThrow(
      expect.objectContaining({ code: "invalid_request", param: "messages[1].content[1].url" }),
    );
  });

  test.each([
    "https://example.com/a.png",
    "http://example.com:8080/a.png?x=1",
    "https://93.184.216.34/a.png",
    "https://[2606:4700::1111]/a.png",
    "https://127.0.0.1.example.com/",
    "https://localhost.example.com/",
    "gs://bucket/a.png",
  ])("lets %s through", (url) => {
    expect(() => checkMediaUrls(withImage(url))).not.toThrow();
  });

  test("checks tool results too", () => {
    const content: Message["content"] = [
      {
        type: "tool_result",
        tool_call_id: "1",
        content: [{ type: "document", url: "http://127.0.0.1/a.pdf" }],
      },
    ];
    expect(() => checkMediaUrls([{ role: "tool", content }])).toThrow(
      expect.objectContaining({ param: "messages[0].content[0].content[0].url" }),
    );
  });
});
