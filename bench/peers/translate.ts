// What the two translators share: an OpenAI-like request → Anthropic's, its answer → an OpenAI-like
// one, and SSE of one kind → SSE of another, one read → one write. How they check and parse differs.

const URL = `${process.env.UPSTREAM}/v1/messages`;
const HEADERS = { "content-type": "application/json" };

export interface Body {
  model: string;
  max_tokens: number;
  messages: { role: string; content: string }[];
  stream?: boolean | undefined;
}

export interface Answer {
  id: string;
  model: string;
  content: { type: string; text: string }[];
  stop_reason: string;
  usage: { input_tokens: number; output_tokens: number };
}

/** Asks the upstream, and answers with what `readAnswer` or `parseDelta` made of its answer. */
export async function translate(
  { model, max_tokens, messages, stream }: Body,
  readAnswer: (response: Response) => Promise<Answer>,
  parseDelta: (data: string) => Delta,
): Promise<Response> {
  const system = messages.filter(({ role }) => role === "system").map(({ content }) => content);
  const response = await fetch(URL, {
    method: "POST",
    headers: HEADERS,
    body: JSON.stringify({
      model,
      max_tokens,
      ...(system.length > 0 ? { system: system.join("\n") } : {}),
      messages: messages.filter(({ role }) => role !== "system"),
      stream,
    }),
  });
  if (stream && response.body) {
    const translated = readDeltas(response.body, parseDelta);
    return new Response(translated, { headers: { "content-type": "text/event-stream" } });
  }
  const answer = await readAnswer(response);
  return Response.json({
    id: answer.id,
    model: answer.model,
    text: answer.content.map(({ text }) => text).join(""),
    finish_reason: answer.stop_reason,
    usage: answer.usage,
  });
}

export interface Delta {
  type: string;
  delta?: { text?: string | undefined } | undefined;
}

function encodeDelta({ type, delta }: Delta): string {
  if (type === "message_stop") return "data: [DONE]\n\n";
  return delta?.text === undefined ? "" : `data: ${JSON.stringify({ text: delta.text })}\n\n`;
}

function readDeltas(
  body: ReadableStream<Uint8Array>,
  parse: (data: string) => Delta,
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
          if (line.startsWith("data: ")) text += encodeDelta(parse(line.slice(6)));
        if (text !== "") controller.enqueue(encoder.encode(text));
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
