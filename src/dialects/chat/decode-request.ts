import type { Message } from "../../chat/message.ts";
import type { ChatRequest } from "../../chat/request.ts";
import { defined } from "../../json/defined.ts";
import { notePlace } from "../caller-paths.ts";
import { decodeFallbacks } from "../decode-fallbacks.ts";
import { parseBody } from "../parse-body.ts";
import { dropNulls } from "./drop-nulls.ts";
import { type ChatBody, chatBodySchema } from "./request.ts";

/**
 * The body of `POST /chat` → chat request. The two differ only in the short forms that are expanded
 * here. If the body does not say `stream`, an `Accept` header with event streams turns it on.
 */
export function decodeRequest(body: unknown, headers: Headers): ChatRequest {
  const { messages, stop, fallbacks, ...rest } = parseBody(chatBodySchema, dropNulls(body));
  return {
    ...rest,
    ...(fallbacks ? { fallbacks: decodeFallbacks(fallbacks) } : {}),
    messages: messages.map((message, at) => decodeMessage(message, `messages[${at}]`)),
    stream: rest.stream ?? headers.get("accept")?.includes("text/event-stream") ?? false,
    ...defined({ stop: stop === undefined ? undefined : typeof stop === "string" ? [stop] : stop }),
  };
}

function decodeMessage(message: ChatBody["messages"][number], path: string): Message {
  if ("tool_call_id" in message) {
    const { role, ...result } = message;
    return { role, content: [notePlace({ type: "tool_result" as const, ...result }, path)] };
  }
  const { role, content, extras } = message;
  // An answer's extras describe that answer (fingerprints, finer counts, filter results); vendors
  // refuse them in a message.
  const isAnswer = "finish_reason" in message;
  return extras === undefined || isAnswer ? { role, content } : { role, content, extras };
}
