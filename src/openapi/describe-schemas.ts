import * as z from "zod";
import { extrasSchema, signatureSchema } from "../chat/format.ts";
import { messageSchema } from "../chat/message.ts";
import {
  documentPartSchema,
  imagePartSchema,
  opaquePartSchema,
  reasoningPartSchema,
  textPartSchema,
  toolCallPartSchema,
  toolResultPartSchema,
} from "../chat/part.ts";
import { reasoningSchema, responseFormatSchema } from "../chat/request.ts";
import { functionToolSchema, opaqueToolSchema, toolChoiceSchema } from "../chat/tool.ts";
import {
  doneSchema,
  failedSchema,
  partDeltaSchema,
  partEndSchema,
  partStartSchema,
  startSchema,
  streamEventSchema,
  usageEventSchema,
} from "../dialects/chat/event.ts";
import { chatBodySchema } from "../dialects/chat/request.ts";
import {
  attemptSchema,
  chatResponseSchema,
  costSchema,
  errorResponseSchema,
  errorSchema,
  usageSchema,
  warningSchema,
} from "../dialects/chat/response.ts";
import { completionBodySchema } from "../dialects/openai-chat/request.ts";
import { responsesBodySchema } from "../dialects/openai-responses/request.ts";
import {
  countTokensBodySchema,
  messagesBodySchema,
} from "../formats/anthropic-messages/request.ts";

/** The schemas that have a name in the description of the API; everything else stands where it is used. */
export const SCHEMAS = {
  ChatRequest: chatBodySchema,
  ChatResponse: chatResponseSchema,
  StreamEvent: streamEventSchema,
  StartEvent: startSchema,
  PartStartEvent: partStartSchema,
  PartDeltaEvent: partDeltaSchema,
  PartEndEvent: partEndSchema,
  UsageEvent: usageEventSchema,
  DoneEvent: doneSchema,
  FailedEvent: failedSchema,
  Message: messageSchema,
  TextPart: textPartSchema,
  ImagePart: imagePartSchema,
  DocumentPart: documentPartSchema,
  ReasoningPart: reasoningPartSchema,
  ToolCallPart: toolCallPartSchema,
  ToolResultPart: toolResultPartSchema,
  OpaquePart: opaquePartSchema,
  FunctionTool: functionToolSchema,
  OpaqueTool: opaqueToolSchema,
  ToolChoice: toolChoiceSchema,
  Reasoning: reasoningSchema,
  ResponseFormat: responseFormatSchema,
  Signature: signatureSchema,
  Extras: extrasSchema,
  Usage: usageSchema,
  Cost: costSchema,
  Warning: warningSchema,
  Attempt: attemptSchema,
  Error: errorSchema,
  ErrorResponse: errorResponseSchema,
  ChatCompletionsRequest: completionBodySchema,
  ResponsesRequest: responsesBodySchema,
  MessagesRequest: messagesBodySchema,
  CountTokensRequest: countTokensBodySchema,
} as const satisfies Record<string, z.ZodType>;

export type SchemaName = keyof typeof SCHEMAS;

export const schemaReference = (name: SchemaName) => ({ $ref: `#/components/schemas/${name}` });

/** The schemas as JSON Schema (draft 2020-12, which OpenAPI 3.1 takes as it is), made by zod from those that check the requests. */
export function describeSchemas(): Record<string, object> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(SCHEMAS)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    io: "input",
    unrepresentable: "any",
    uri: (id) => `#/components/schemas/${id}`,
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _schema, $id: _id, ...schema }]) => [id, schema]),
  );
}
