import type { ChatRequest } from "../../chat/request.ts";
import type { JsonObject } from "../../json/json-object.ts";

/** A group of request fields in the chat model, and what it lacks. */
export interface DecodedFields {
  request?: Partial<ChatRequest>;
  /** The original form of fields that the chat model has in another form. */
  original?: JsonObject;
  /** Fields that the chat model lacks. */
  fields?: JsonObject;
  /** The path of a field that only a server of this format supports. */
  requirement?: string | undefined;
}
