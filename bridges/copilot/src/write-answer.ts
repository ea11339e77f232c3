import type { Piece, TokenUsage, ToolCall } from "./read-events.ts";

/** The fields that every chunk of an answer has. */
export interface AnswerHead {
  id: string;
  /** Seconds since 1970. */
  created: number;
  model: string;
}

/** The pieces of an answer → the text of a Chat Completions stream. */
export function createChunkWriter(head: AnswerHead, includeUsage: boolean) {
  let began = false;

  function chunk(choices: unknown[], usage?: unknown): string {
    const body = {
      ...head,
      object: "chat.completion.chunk",
      choices,
      ...(usage === undefined ? {} : { usage }),
    };
    return `data: ${JSON.stringify(body)}\n\n`;
  }
  function delta(fields: Record<string, unknown>, finishReason: string | null = null): string {
    const role = began ? {} : { role: "assistant" };
    began = true;
    return chunk([{ index: 0, delta: { ...role, ...fields }, finish_reason: finishReason }]);
  }

  return (piece: Piece): string => {
    switch (piece.type) {
      case "text":
        return delta({ content: piece.delta });
      case "reasoning":
        return delta({ reasoning_content: piece.delta });
      case "end": {
        const calls = piece.toolCalls.map((call, index) =>
          delta({ tool_calls: [{ index, ...writeCall(call) }] }),
        );
        const usage = includeUsage && piece.usage ? chunk([], writeUsage(piece.usage)) : "";
        return `${calls.join("")}${delta({}, piece.finishReason)}${usage}data: [DONE]\n\n`;
      }
    }
  };
}

/** The pieces of an answer → a whole one. */
export async function writeCompletion(pieces: AsyncIterable<Piece>, head: AnswerHead) {
  let text = "";
  let reasoning = "";
  for await (const piece of pieces) {
    if (piece.type !== "end") {
      if (piece.type === "text") text += piece.delta;
      else reasoning += piece.delta;
    } else {
      const { finishReason, toolCalls, usage } = piece;
      const message = {
        role: "assistant",
        content: text === "" && toolCalls.length > 0 ? null : text,
        ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
        ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls.map(writeCall) }),
      };
      return {
        ...head,
        object: "chat.completion",
        choices: [{ index: 0, message, finish_reason: finishReason }],
        ...(usage ? { usage: writeUsage(usage) } : {}),
      };
    }
  }
  throw new Error("the answer has no end");
}

function writeCall({ id, name, arguments: text }: ToolCall) {
  return { id, type: "function", function: { name, arguments: text } };
}

function writeUsage({ inputTokens, outputTokens, cachedTokens, reasoningTokens }: TokenUsage) {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    ...(cachedTokens === undefined
      ? {}
      : { prompt_tokens_details: { cached_tokens: cachedTokens } }),
    ...(reasoningTokens === undefined
      ? {}
      : { completion_tokens_details: { reasoning_tokens: reasoningTokens } }),
  };
}
