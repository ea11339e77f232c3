// What the two translators share: SSE of one kind → SSE of another, one read → one write.

export interface Delta {
  type: string;
  delta?: { text?: string | undefined } | undefined;
}

export function encodeDelta({ type, delta }: Delta): string {
  if (type === "message_stop") return "data: [DONE]\n\n";
  return delta?.text === undefined ? "" : `data: ${JSON.stringify({ text: delta.text })}\n\n`;
}

export function readDeltas(
  body: ReadableStream<Uint8Array>,
  parse: (data: string) => Delta,
  encode: (delta: Delta) => string,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  let rest = "";
  return new ReadableStream({
    async pull(controller) {
      for (let text = ""; text === ""; ) {
        const { done, value } = await reader.read();
        if (done) {
          controller.close();
          return;
        }
        const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines)
          if (line.startsWith("data: ")) text += encode(parse(line.slice(6)));
        if (text !== "") controller.enqueue(encoder.encode(text));
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
