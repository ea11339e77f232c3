import type { JsonObject } from "../../json/json-object.ts";
import type { ErrorBody } from "./error.ts";
import type { MessageBody, WireUsage } from "./response.ts";

/** What a delta adds to an open block. */
export type BlockDelta =
  | { type: "text_delta"; text: string }
  | { type: "thinking_delta"; thinking: string }
  | { type: "signature_delta"; signature: string }
  | { type: "input_json_delta"; partial_json: string };

/** The stream events that this server writes. An upstream may send other types too. */
export type MessageEvent =
  | { type: "message_start"; message: MessageBody }
  | { type: "content_block_start"; index: number; content_block: JsonObject }
  | { type: "content_block_delta"; index: number; delta: BlockDelta }
  | { type: "content_block_stop"; index: number }
  | {
      type: "message_delta";
      delta: { stop_reason: string; stop_sequence: string | null; [field: string]: unknown };
      usage: WireUsage;
      [field: string]: unknown;
    }
  | { type: "message_stop" }
  | ErrorBody;
