// A translator by hand: an OpenAI-like request → Anthropic's, and its answer or stream → an
// OpenAI-like one. It leaves out tokens, checks of any kind, tools, images, reasoning, cost, the
// log, errors, retries, heartbeats and timeouts, and a caller who leaves or does not read.
import { type Delta, encodeDelta, readDeltas } from "./stream.ts";

interface Body {
  model: string;
  max_tokens: number;
  messages: { role: string; content: string }[];
  stream?: boolean;
}

interface Answer {
  id: string;
  model: string;
  content: { type: string; text: string }[];
  stop_reason: string;
  usage: { input_tokens: number; output_tokens: number };
}

const URL = `${process.env.UPSTREAM}/v1/messages`;
const HEADERS = { "content-type": "application/json" };

function parseDelta(data: string): Delta {
  return JSON.parse(data);
}

export default {
  async fetch(request: Request): Promise<Response> {
    const body: Body = await request.json();
    const { model, max_tokens, messages, stream } = body;
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
      const translated = readDeltas(response.body, parseDelta, encodeDelta);
      return new Response(translated, { headers: { "content-type": "text/event-stream" } });
    }
    const answer: Answer = await response.json();
    return Response.json({
      id: answer.id,
      model: answer.model,
      text: answer.content.map(({ text }) => text).join(""),
      finish_reason: answer.stop_reason,
      usage: answer.usage,
    });
  },
};
