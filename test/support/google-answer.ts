import * as z from "zod/mini";
import type { Usage } from "../../src/chat/usage.ts";
import { type JsonObject, jsonObjectSchema } from "../../src/json/json-object.ts";

/**
 * What a recorded answer says, read from its chunks by hand and apart from the server's own code.
 */
export interface GoogleAnswer {
  text: string;
  thoughts: string;
  calls: { name: string; args: JsonObject; id: string | undefined }[];
  /** In the order in which they came. */
  signatures: string[];
  /** Parts that are neither text nor calls. */
  others: JsonObject[];
  /**
   * What the next turn must hold of it: the parts as they came, but for texts without a signature,
   * which join or are empty.
   */
  turn: JsonObject[];
  finishReason: string | undefined;
  blockReason: string | undefined;
  usage: Usage | null;
}

const asObject = (value: unknown): JsonObject => jsonObjectSchema.parse(value);
const asList = (value: unknown): JsonObject[] => z.array(jsonObjectSchema).parse(value ?? []);

function setAtPath(target: JsonObject, path: string, update: (old: unknown) => unknown): void {
  const steps = [...path.matchAll(/\.(\w+)|\[(\d+)\]/g)].map(
    ([, name, index]) => name ?? Number(index),
  );
  let place: Record<string | number, unknown> = target;
  steps.forEach((step, at) => {
    if (at === steps.length - 1) place[step] = update(place[step]);
    else {
      place[step] ??= typeof steps[at + 1] === "number" ? [] : {};
      place = place[step] as Record<string | number, unknown>;
    }
  });
}

function applyPartial(args: JsonObject, partial: JsonObject): void {
  const { jsonPath, stringValue, numberValue, boolValue } = partial;
  setAtPath(args, String(jsonPath), (old) => {
    if (typeof stringValue === "string") return (typeof old === "string" ? old : "") + stringValue;
    return numberValue ?? boolValue ?? null;
  });
}

function readUsage(metadata: JsonObject | undefined): Usage | null {
  if (metadata?.promptTokenCount === undefined) return null;
  const count = (name: string): number => Number(metadata[name] ?? 0);
  const usage: Usage = {
    input_tokens: count("promptTokenCount") + count("toolUsePromptTokenCount"),
    output_tokens: count("candidatesTokenCount") + count("thoughtsTokenCount"),
    total_tokens: count("totalTokenCount"),
  };
  if (metadata.thoughtsTokenCount !== undefined)
    usage.reasoning_tokens = count("thoughtsTokenCount");
  if (metadata.cachedContentTokenCount !== undefined)
    usage.cached_input_tokens = count("cachedContentTokenCount");
  return usage;
}

export function readGoogleAnswer(chunks: readonly unknown[]): GoogleAnswer {
  const answer: GoogleAnswer = {
    text: "",
    thoughts: "",
    calls: [],
    signatures: [],
    others: [],
    turn: [],
    finishReason: undefined,
    blockReason: undefined,
    usage: null,
  };
  for (const chunk of chunks.map(asObject)) {
    if (chunk.usageMetadata)
      answer.usage = readUsage(asObject(chunk.usageMetadata)) ?? answer.usage;
    const { blockReason } = asObject(chunk.promptFeedback ?? {});
    if (blockReason !== undefined) answer.blockReason = String(blockReason);
    for (const candidate of asList(chunk.candidates)) {
      if (Number(candidate.index ?? 0) > 0) continue;
      if (candidate.finishReason !== undefined)
        answer.finishReason = String(candidate.finishReason);
      for (const part of asList(asObject(candidate.content ?? {}).parts)) readPart(part, answer);
    }
  }
  return answer;
}

function readPart(part: JsonObject, answer: GoogleAnswer): void {
  const known = typeof part.text === "string" || part.functionCall !== undefined;
  if (known && typeof part.thoughtSignature === "string")
    answer.signatures.push(part.thoughtSignature);
  if (typeof part.text === "string") {
    if (part.thought === true) answer.thoughts += part.text;
    else answer.text += part.text;
    addText(part, answer.turn);
  } else if (part.functionCall) readCall(asObject(part.functionCall), part, answer);
  else {
    answer.others.push(part);
    answer.turn.push(part);
  }
}

const isPlainText = (part: JsonObject | undefined) =>
  part?.text !== undefined &&
  Object.keys(part).every((name) => name === "text" || name === "thought");

function addText(part: JsonObject, turn: JsonObject[]): void {
  const last = turn[turn.length - 1];
  if (!isPlainText(part)) turn.push(part);
  else if (last && isPlainText(last) && last.thought === part.thought)
    last.text = `${last.text}${part.text}`;
  else if (part.text !== "") turn.push({ ...part });
}

function readCall(
  { name, args, id, partialArgs }: JsonObject,
  part: JsonObject,
  answer: GoogleAnswer,
): void {
  if (name !== undefined) {
    const call = {
      name: String(name),
      args: asObject(args ?? {}),
      id: id === undefined ? undefined : String(id),
    };
    answer.calls.push(call);
    answer.turn.push({ ...part, functionCall: call });
  }
  const call = answer.calls[answer.calls.length - 1];
  const sent = answer.turn[answer.turn.length - 1];
  if (call) for (const partial of asList(partialArgs)) applyPartial(call.args, partial);
  if (sent && part.thoughtSignature !== undefined) sent.thoughtSignature = part.thoughtSignature;
}
