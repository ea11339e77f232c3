import type { KeptAnswer } from "../../answers/answer-tail.ts";
import { restoreError } from "../../answers/ending.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { dataLines } from "../../stream/data-lines.ts";
import type { AnswerContext, Background } from "../dialect.ts";
import { encodeErrorBody } from "../openai-error.ts";
import { encodeKeptId } from "./answer-id.ts";
import { echoRequest, encodeAnswer } from "./encode-response.ts";

/** Answers that are kept, as `GET /v1/responses/{id}` gives them. */
export const background: Background = {
  status: 200,
  streams: true,
  encodeFirst: (context: AnswerContext): JsonObject => ({
    ...encodeAnswer(
      {
        id: encodeKeptId(context.requestId),
        model: context.request.model ?? context.target.model,
        output: [],
      },
      echoRequest(context.request),
      context,
    ),
    status: "queued",
  }),
  encodeState,
};

/** The response as it is now: as its last event of its own says, or as it was at the beginning. */
export function encodeState(kept: KeptAnswer): JsonObject {
  const { head, ending, text } = kept;
  const first = isJsonObject(head.first) ? head.first : {};
  const last = (head.isStream ? readLastResponse(text) : readWhole(kept)) ?? first;
  if (!ending) return last;
  const { error } = ending;
  if (error?.code === "cancelled") return { ...last, status: "cancelled", error: null };
  if (!error) return last;
  const { code, message } = encodeErrorBody(restoreError(error));
  return { ...last, status: "failed", error: { code: code ?? "server_error", message } };
}

function readWhole({ ending, text }: KeptAnswer): JsonObject | null {
  return ending && !ending.error && text !== "" ? parseObject(text) : null;
}

/** Events that have the whole response, as it was then. */
const LIFECYCLE = /"type": ?"response\.(?:created|in_progress|queued|completed|incomplete|failed)"/;

function readLastResponse(text: string): JsonObject | null {
  const json = dataLines(text).findLast((line) => LIFECYCLE.test(line));
  const response = json === undefined ? null : parseObject(json)?.response;
  return isJsonObject(response) ? response : null;
}

function parseObject(json: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(json);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}
