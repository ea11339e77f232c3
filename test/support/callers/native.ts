import { chatResponseSchema } from "../../../src/dialects/chat/response.ts";
import type { Endpoint, Question, Turn } from "./caller.ts";

/** The server's own `POST /chat`, whole answers only, beside the client libraries. */
export function createNativeCaller({ url, token }: Endpoint): {
  ask(question: Question): Promise<Turn>;
} {
  async function takeTurn(question: Question, messages: readonly unknown[]): Promise<Turn> {
    const { model, tools, schema } = question;
    const response = await fetch(`${url}/chat`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({
        model,
        messages,
        tools: tools?.map((tool) => ({ type: "function", ...tool })) ?? null,
        response_format: schema ? { type: "json_schema", schema } : null,
      }),
    });
    if (!response.ok) throw new Error(await response.text());
    const answer = chatResponseSchema.parse(await response.json());
    const calls = answer.tool_calls;
    return {
      text: answer.text,
      reasoning: "",
      calls,
      finish: answer.finish_reason,
      usage: { input: answer.usage?.input_tokens, output: answer.usage?.output_tokens },
      reply: (result) =>
        takeTurn(question, [
          ...messages,
          { role: answer.role, content: answer.content },
          ...calls.map((call) => ({ role: "tool", tool_call_id: call.id, content: result(call) })),
        ]),
    };
  }
  return { ask: (question) => takeTurn(question, [{ role: "user", content: question.prompt }]) };
}
