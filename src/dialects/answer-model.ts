import type { JsonObject } from "../json/json-object.ts";
import type { AnswerContext } from "./dialect.ts";

type Named = Pick<AnswerContext, "request" | "target" | "isFallback">;

/**
 * The name of an answer's model, as the caller is told it: the one that the caller used, if that
 * was an alias or `provider/model`. Clients compare the two: Claude Code drops the thinking of a
 * message whose model is not the one it is set to. A fallback is named as `provider/model`; what
 * the vendor put in the place of the model, as the vendor names it.
 */
export function nameModel(answered: string, { request, target, isFallback }: Named): string {
  if (isFallback) return `${target.provider}/${answered}`;
  const requested = request.model;
  if (requested === undefined || requested === target.model) return answered;
  return stemOf(answered) === stemOf(target.model) ? requested : answered;
}

/** A name without its path, its date and its version: vendors answer with a dated name. */
function stemOf(model: string): string {
  return model
    .toLowerCase()
    .replace(/^.*\//, "")
    .replace(/[-@](?:latest|\d{4}-\d{2}-\d{2}|\d{2}-\d{4}|\d{3,8})$|:[a-z]+$/, "");
}

/** Puts the name that the caller is told in the place of the vendor's, in the text of an event. */
export type RenameModel = (data: string) => string;

/** Undefined if both are the same. Only a field can match: within a text, quotes are escaped. */
export function createRenameModel(answered: string, context: Named): RenameModel | undefined {
  const name = nameModel(answered, context);
  if (name === answered) return undefined;
  const vendors = JSON.stringify(answered).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const field = new RegExp(`"model"\\s*:\\s*${vendors}`);
  const renamed = `"model":${JSON.stringify(name)}`;
  return (data) => data.replace(field, () => renamed);
}

/** A vendor's whole answer, with the model as the caller is told it. */
export function renameBody(body: JsonObject, context: Named): JsonObject {
  if (typeof body.model !== "string") return body;
  const model = nameModel(body.model, context);
  return model === body.model ? body : { ...body, model };
}
