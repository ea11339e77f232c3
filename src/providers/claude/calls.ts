import type { EventStream } from "../../chat/event.ts";
import type { ProviderDeps } from "../../platform.ts";
import type { AnswerCall } from "../provider.ts";
import { createAnswerDecoder } from "./decode-answer.ts";
import { encodeRequest } from "./encode-request.ts";
import { readErrorBody } from "./read-error.ts";
import type { ClaudeTransport } from "./transport.ts";

export { countTokens } from "./count-tokens.ts";

export async function openAnswer(
  call: AnswerCall,
  transport: ClaudeTransport,
  { randomId }: Pick<ProviderDeps, "randomId">,
): Promise<EventStream> {
  const request = transport.limit(encodeRequest(call, transport), call.warn);
  return transport.open("messages", request, {
    stream: request.body.stream === true,
    signal: call.signal,
    traceparent: call.traceparent,
    format: "anthropic",
    createAnswerDecoder: () =>
      createAnswerDecoder({ model: call.model.id, randomId, warn: call.warn }),
    readErrorBody,
  });
}
