import type { ChatRequest } from "../../chat/request.ts";
import type { JsonObject } from "../../json/json-object.ts";

/** A group of request fields in the chat model's terms, and what does not fit into it. */
export interface DecodedFields {
  request?: Partial<ChatRequest>;
  /** The original form of fields that the chat model has in another form. */
  original?: JsonObject;
  /** Fields that the chat model does not have. */
  fields?: JsonObject;
  /** The path of a field that only a server of this format can serve. */
  requirement?: string | undefined;
}
