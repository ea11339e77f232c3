import * as z from "zod";
import { extrasSchema } from "./format.ts";
import { type Part, partSchema } from "./part.ts";

/** One message. A plain string and a list with one text part mean the same; what was said is kept as it was said. */
export const messageSchema = z.strictObject({
  role: z
    .enum(["system", "user", "assistant", "tool"])
    .describe("Who says it; `tool` brings the results of calls."),
  content: z.union([z.string(), z.array(partSchema)]).describe("A text, or parts."),
  extras: extrasSchema.optional(),
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
