import type { EmbeddingAnswer } from "../../embeddings/answer.ts";
import type { ChatServer } from "../../formats/openai-chat/open-chat-completions.ts";
import { readErrorBody } from "../../formats/openai-chat/read-error.ts";
import { requestEmbeddings } from "../../formats/openai-embeddings/request-embeddings.ts";
import type { ProviderDeps } from "../../platform.ts";
import type { EmbedCall } from "../provider.ts";

export { openChatCompletions } from "../../formats/openai-chat/open-chat-completions.ts";

export function embed(
  call: EmbedCall,
  server: ChatServer,
  deps: ProviderDeps,
): Promise<EmbeddingAnswer> {
  return requestEmbeddings(call, { ...server, readErrorBody }, deps);
}
