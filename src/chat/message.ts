import * as z from "zod/mini";
import { strictObject } from "../json/object-schema.ts";
import { extrasSchema } from "./format.ts";
import { type Part, partSchema } from "./part.ts";

/**
 * One message. A plain string means the same as a list with one text part; the caller's form is
 * kept.
 */
export const messageSchema = strictObject({
  role: z.enum(["system", "user", "assistant", "tool"]).register(z.globalRegistry, {
    description: "Who speaks; `tool` is for the results of tool calls.",
  }),
  content: z
    .union([z.string(), z.array(partSchema)])
    .register(z.globalRegistry, { description: "Text, or a list of parts." }),
  extras: z.optional(extrasSchema),
});
export type Message = z.infer<typeof messageSchema>;

/** The message's content as parts. */
export function partsOf(message: Message): Part[] {
  return typeof message.content === "string"
    ? [{ type: "text", text: message.content }]
    : message.content;
}

/** The message's text parts, joined. */
export function textOf(message: Pick<Message, "content">): string {
  if (typeof message.content === "string") return message.content;
  let text = "";
  for (const part of message.content) if (part.type === "text") text += part.text;
  return text;
}
