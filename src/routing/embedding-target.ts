import type { EventStream } from "../chat/event.ts";
import type { EmbeddingAnswer } from "../embeddings/answer.ts";
import type { EmbeddingRequest } from "../embeddings/request.ts";
import { ChatError } from "../errors/chat-error.ts";
import type { Provider } from "../providers/provider.ts";
import type { Target } from "./select-target.ts";
import type { Selection } from "./select-targets.ts";

/** A target of embeddings, and what it answered. */
export interface EmbeddingTarget {
  readonly target: Target;
  /** Once the target has been opened. */
  answer(): EmbeddingAnswer;
}

/**
 * The only target of a selection, as one whose answer is an event: so embeddings are attempted,
 * retried, timed and recorded as a chat is. Throws a ChatError if there is not exactly one, or if it
 * has no embeddings.
 */
export function embeddingTarget(
  request: EmbeddingRequest,
  { targets, skipped }: Selection,
  providers: readonly Pick<Provider, "name" | "embed">[],
): EmbeddingTarget {
  const [{ provider, model }] = targets;
  if (targets.length + skipped.length > 1) {
    throw new ChatError("invalid_request", {
      param: "model",
      message:
        "model: a route with several targets cannot embed, because vectors of different models cannot be compared.",
    });
  }
  const { embed } = provider;
  if (!embed) {
    const able = providers.filter((other) => other.embed).map(({ name }) => name);
    throw new ChatError("invalid_request", {
      param: "model",
      message: `model: ${provider.name} has no embeddings; these providers have: ${able.join(", ")}.`,
    });
  }
  let answer: EmbeddingAnswer | undefined;
  return {
    target: {
      model,
      provider: {
        ...provider,
        async open({ signal, warn }) {
          answer = await embed({ request, model, signal, warn });
          return endedStream(answer);
        },
      },
    },
    answer() {
      if (!answer) throw new ChatError("internal_error", { logReason: "no_embeddings" });
      return answer;
    },
  };
}

function endedStream({ usage }: EmbeddingAnswer): EventStream {
  let given = false;
  return {
    format: null,
    async read() {
      if (given) return null;
      given = true;
      return [{ type: "end", finish_reason: "stop", raw_finish_reason: null, usage }];
    },
    close() {},
  };
}
