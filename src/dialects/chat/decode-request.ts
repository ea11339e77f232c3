import type { Message } from "../../chat/message.ts";
import type { ChatRequest } from "../../chat/request.ts";
import { defined } from "../../json/defined.ts";
import { parseBody } from "../parse-body.ts";
import { dropNulls } from "./drop-nulls.ts";
import { type ChatBody, chatBodySchema } from "./request.ts";

/**
 * The body of `POST /chat` → chat request. The two are the same but for the short forms that are written out here. A body that does not
 * say whether it wants a stream gets one where it accepts event streams.
 */
export function decodeRequest(body: unknown, headers: Headers): ChatRequest {
  const { messages, stop, ...rest } = parseBody(chatBodySchema, dropNulls(body));
  return {
    ...rest,
    messages: messages.map(decodeMessage),
    stream: rest.stream ?? headers.get("accept")?.includes("text/event-stream") ?? false,
    ...defined({ stop: stop === undefined ? undefined : typeof stop === "string" ? [stop] : stop }),
  };
}

function decodeMessage(message: ChatBody["messages"][number]): Message {
  if ("tool_call_id" in message) {
    const { role, ...result } = message;
    return { role, content: [{ type: "tool_result", ...result }] };
  }
  const { role, content, extras } = message;
  // Those of an answer speak of it (fingerprints, finer counts, verdicts of filters); vendors refuse them in a message.
  const isAnswer = "finish_reason" in message;
  return extras === undefined || isAnswer ? { role, content } : { role, content, extras };
}
