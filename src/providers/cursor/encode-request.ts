import { ChatError } from "../../errors/chat-error.ts";
import { defined } from "../../json/defined.ts";
import { isJsonObject } from "../../json/json-object.ts";
import type { AnswerCall } from "../provider.ts";
import { type CreateAgentRequest, MAX_NAME_LENGTH } from "./agents.ts";
import { collectImages } from "./collect-images.ts";
import { encodeTranscript } from "./encode-transcript.ts";

/**
 * Our name for the model that is set in the Cursor account, which the API uses if no model is
 * named.
 */
const ACCOUNT_MODEL = "default";

/**
 * Cursor's own fields that `extras.cursor` may set. The others would give the agent a repository,
 * secrets or tools, which a chat must not have.
 */
const OWN_FIELDS: ReadonlySet<string> = new Set(["model", "mode"]);

/** A chat call → an agent without a repository, whose prompt is the whole conversation. */
export function encodeRequest(
  { request, model, requestId, warn }: Omit<AnswerCall, "stream" | "signal" | "waitUntil">,
  agentId: string,
): CreateAgentRequest {
  const collected = collectImages(request.messages, warn);
  const text = encodeTranscript(request.messages, collected, warn);
  if (text.trim() === "") {
    throw new ChatError("invalid_request", {
      param: "messages",
      message: "The conversation is empty.",
    });
  }
  const own = request.extras?.cursor ?? {};
  for (const field of Object.keys(own)) {
    if (OWN_FIELDS.has(field)) continue;
    warn({
      code: "unsupported_parameter",
      param: `extras.cursor.${field}`,
      message: `Only ${[...OWN_FIELDS].join(" and ")} of Cursor's own fields can be set; this one was left out.`,
    });
  }
  const params = isJsonObject(own.model) ? own.model.params : undefined;
  const { images } = collected;
  return defined({
    agentId,
    name: `ai-server ${requestId}`.slice(0, MAX_NAME_LENGTH),
    prompt: defined({ text, images: images.length > 0 ? images : undefined }),
    model: model.id === ACCOUNT_MODEL ? undefined : defined({ id: model.id, params }),
    mode: own.mode,
  });
}

/** `bc-<uuid>`, from the 32 hexadecimal digits of an id. */
export function createAgentId(randomId: string): string {
  return `bc-${randomId.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")}`;
}
