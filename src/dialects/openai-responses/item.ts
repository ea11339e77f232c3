import * as z from "zod/mini";
import { looseObject, strictObject } from "../../json/object-schema.ts";
import { contentPartSchema } from "./content.ts";

/** A message, also in the short form `{role, content}`. */
export const messageItemSchema = looseObject({
  type: z.optional(z.literal("message")),
  role: z.enum(["user", "assistant", "system", "developer"]),
  content: z.union([z.string(), z.array(contentPartSchema)]),
});
export type MessageItem = z.infer<typeof messageItemSchema>;

export const functionCallItemSchema = looseObject({
  type: z.literal("function_call"),
  call_id: z.string().check(z.minLength(1)),
  name: z.string().check(z.minLength(1)),
  /** Of a tool in a namespace. */
  namespace: z.nullish(z.string()),
  /** JSON text. */
  arguments: z.string(),
});
export type FunctionCallItem = z.infer<typeof functionCallItemSchema>;

export const functionCallOutputItemSchema = looseObject({
  type: z.literal("function_call_output"),
  /** Absent if the output names its tool instead. */
  call_id: z.nullish(z.string().check(z.minLength(1))),
  output: z.union([z.string(), z.array(contentPartSchema)]),
});
export type FunctionCallOutputItem = z.infer<typeof functionCallOutputItemSchema>;

/** A call of a tool that takes free text. */
export const customCallItemSchema = looseObject({
  type: z.literal("custom_tool_call"),
  call_id: z.string().check(z.minLength(1)),
  name: z.string().check(z.minLength(1)),
  namespace: z.nullish(z.string()),
  input: z.string(),
});
export type CustomCallItem = z.infer<typeof customCallItemSchema>;

export const customCallOutputItemSchema = looseObject({
  type: z.literal("custom_tool_call_output"),
  call_id: z.string().check(z.minLength(1)),
  output: z.union([z.string(), z.array(contentPartSchema)]),
});
export type CustomCallOutputItem = z.infer<typeof customCallOutputItemSchema>;

const textsSchema = z.array(looseObject({ type: z.string(), text: z.string() }));

export const reasoningItemSchema = looseObject({
  type: z.literal("reasoning"),
  id: z.nullish(z.string()),
  summary: z.nullish(textsSchema),
  content: z.nullish(textsSchema),
  encrypted_content: z.nullish(z.string()),
});
export type ReasoningItem = z.infer<typeof reasoningItemSchema>;

const KNOWN_ITEMS = [
  "message",
  "function_call",
  "function_call_output",
  "custom_tool_call",
  "custom_tool_call_output",
  "reasoning",
];

/**
 * An item of a type that the chat model lacks: calls and results of built-in tools, compaction,
 * references, …
 */
export const otherItemSchema = looseObject({
  type: z.string().check(
    z.refine((type) => !KNOWN_ITEMS.includes(type), {
      abort: true,
      error: "has missing or invalid fields",
    }),
  ),
});
export type OtherItem = z.infer<typeof otherItemSchema>;

/** A reference to an item stored at the vendor may leave its type out. */
const untypedReferenceSchema = z.pipe(
  strictObject({ id: z.string().check(z.minLength(1)), type: z.optional(z.null()) }),
  z.transform(({ id }): OtherItem => ({ type: "item_reference", id })),
);

export const inputItemSchema = z.union([
  z.discriminatedUnion("type", [
    messageItemSchema,
    functionCallItemSchema,
    functionCallOutputItemSchema,
    customCallItemSchema,
    customCallOutputItemSchema,
    reasoningItemSchema,
  ]),
  otherItemSchema,
  untypedReferenceSchema,
]);
export type InputItem = z.infer<typeof inputItemSchema>;
