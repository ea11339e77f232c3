import type { Answers } from "../answers/answers.ts";
import type { Principal } from "../auth/principal.ts";
import type { Dialect } from "../dialects/dialect.ts";
import { decodeKeptId } from "../dialects/openai-responses/answer-id.ts";
import { ChatError } from "../errors/chat-error.ts";
import { isJsonObject } from "../json/json-object.ts";
import type { Target } from "../routing/select-target.ts";
import { ownerOf } from "./owner-of.ts";
import { readWhole } from "./read-kept.ts";

/**
 * The id, as the caller has it, of the answer of this server that a request goes on from; null if
 * there is none.
 */
export function findPrevious(body: unknown, dialect: Dialect): string | null {
  if (dialect.name !== "openai-responses" || !isJsonObject(body)) return null;
  const { previous_response_id: id } = body;
  return typeof id === "string" && decodeKeptId(id) !== undefined ? id : null;
}

/**
 * Prepends the input and the output of the answer named by `previous_response_id` to this request's
 * input. The id of an answer that the vendor keeps is left as it is.
 */
export async function continueConversation(
  body: unknown,
  previousId: string,
  dialect: Dialect,
  answers: Answers,
  principal: Principal,
): Promise<unknown> {
  const kept = await readWhole(answers, ownerOf(principal), decodeKeptId(previousId) ?? "");
  const isThere = kept?.ending && !kept.ending.error && !kept.isTooLarge;
  const state = isThere ? dialect.background?.encodeState(kept) : undefined;
  const output = isJsonObject(state) ? state.output : undefined;
  if (!kept?.head.input || kept.head.dialect !== "openai-responses" || !Array.isArray(output))
    throw new ChatError("invalid_request", {
      param: "previous_response_id",
      message:
        "previous_response_id: this answer does not exist, has expired, or is not complete. Send the whole conversation as input.",
    });
  const { previous_response_id: _id, ...rest } = isJsonObject(body) ? body : {};
  const input = [...kept.head.input, ...output, ...(listInput(body) ?? [])];
  return { ...rest, input };
}

/**
 * Whether a request asks this server to store its answer. OpenAI's own targets store it themselves,
 * for longer than this server would.
 */
export function asksToStore(body: unknown, dialect: Dialect, targets: readonly Target[]): boolean {
  return (
    dialect.name === "openai-responses" &&
    isJsonObject(body) &&
    body.store === true &&
    !targets.some(({ provider }) => provider.format === "openai_responses")
  );
}

/** A request's input as a list of items; undefined if it is none. */
export function listInput(body: unknown): readonly unknown[] | undefined {
  if (!isJsonObject(body)) return undefined;
  const { input } = body;
  if (typeof input === "string") return [{ role: "user", content: input }];
  return Array.isArray(input) ? input : undefined;
}
