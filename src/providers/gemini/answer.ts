/**
 * An answer of `generateContent`, or one chunk of a streamed one (`data:` lines with CRLF ends, no event names, no end mark but the
 * stream's own end). Nothing of it is certain, so every field is checked where it is read.
 */
export interface GenerateAnswer {
  /** One unless more were asked for; none where the prompt was blocked. */
  candidates?: unknown;
  /** `{blockReason, blockReasonMessage, safetyRatings}` */
  promptFeedback?: unknown;
  /** Cumulative, in each chunk. */
  usageMetadata?: unknown;
  modelVersion?: unknown;
  responseId?: unknown;
  /** An error in place of an answer, also in the midst of a stream. */
  error?: unknown;
  [other: string]: unknown;
}

export interface Candidate {
  /** `{role: "model", parts}`; without parts where nothing was said. */
  content?: unknown;
  /** In the last chunk with content. */
  finishReason?: unknown;
  index?: unknown;
  /** groundingMetadata, citationMetadata, urlContextMetadata, safetyRatings, finishMessage, continuationToken, … */
  [other: string]: unknown;
}

export interface AnswerPart {
  text?: unknown;
  /** True: `text` is a thought. */
  thought?: unknown;
  /** Base64. May stand on any kind of part, and alone beside an empty text. */
  thoughtSignature?: unknown;
  functionCall?: unknown;
  /** inlineData, executableCode, codeExecutionResult, toolCall, toolResponse, … */
  [other: string]: unknown;
}

/**
 * A function call. It comes whole, unless the request asked for `streamFunctionCallArguments` (Vertex AI): then the first piece has
 * the name, the following ones have `partialArgs`, all but the last `willContinue`.
 */
export interface FunctionCall {
  id?: unknown;
  name?: unknown;
  args?: unknown;
  partialArgs?: unknown;
  willContinue?: unknown;
}

/** One piece of one argument. */
export interface PartialArg {
  /** A JSON Path (RFC 9535) of names and indexes: `$.recipe.steps[2]`. */
  jsonPath?: unknown;
  stringValue?: unknown;
  numberValue?: unknown;
  boolValue?: unknown;
  nullValue?: unknown;
  /** More pieces of the same string follow. */
  willContinue?: unknown;
}

export interface UsageMetadata {
  /** Without the results of server tools. */
  promptTokenCount?: unknown;
  /** Without thoughts. */
  candidatesTokenCount?: unknown;
  thoughtsTokenCount?: unknown;
  cachedContentTokenCount?: unknown;
  toolUsePromptTokenCount?: unknown;
  totalTokenCount?: unknown;
}
