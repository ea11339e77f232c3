import type { Principal } from "../auth/principal.ts";
import type { WatchAnswer } from "../calls/admission.ts";
import type { Format } from "../chat/format.ts";
import type { Message } from "../chat/message.ts";
import type { ChatRequest } from "../chat/request.ts";
import type { SignatureMemory } from "../chat/signature-memory.ts";
import { createTurnCollector, restoreTurn, unsignedCalls } from "../chat/signed-turn.ts";
import { keepPlace } from "../dialects/caller-paths.ts";
import type { Dialect } from "../dialects/dialect.ts";

/**
 * Restores the reasoning and the signatures of earlier answers that the caller sent back as bare
 * tool calls, if the first target has the format that signed them.
 */
export async function recallSignatures(
  request: ChatRequest,
  principal: Principal,
  format: Format | null,
  memory: SignatureMemory,
): Promise<ChatRequest> {
  if (format === null) return request;
  let messages: Message[] | undefined;
  for (const [index, message] of request.messages.entries()) {
    const [first] = unsignedCalls(message);
    const turn = first && (await memory.find(ownerOf(principal), first.id));
    const restored = turn?.format === format ? restoreTurn(message, turn) : undefined;
    if (!restored) continue;
    messages ??= [...request.messages];
    messages[index] = keepPlace(message, restored);
  }
  return messages ? { ...request, messages } : request;
}

/**
 * Watches a dialect's answers for what callers may not send back. A caller of the vendor's own API
 * has a place for everything, and `/chat`, which is not watched, returns every part.
 */
export function watchSignatures(
  { format }: Dialect,
  memory: SignatureMemory,
): WatchAnswer | undefined {
  if (format === null) return undefined;
  return (answer, principal) => {
    const collect = createTurnCollector(
      () => answer.format,
      (turn) => memory.keep(ownerOf(principal), turn),
    );
    return (batch) => {
      if (answer.format !== format) collect(batch);
    };
  };
}

function ownerOf({ issuer, subject, policy }: Principal): string {
  return [issuer, policy.tenant ?? "", subject].join("\n");
}
