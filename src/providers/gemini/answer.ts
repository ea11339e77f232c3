/**
 * An answer of `generateContent`, or one chunk of a streamed one (`data:` lines that end in CRLF,
 * no event names, no end marker but the end of the stream). Nothing in it is guaranteed, so every
 * field is checked when it is read.
 */
export interface GenerateAnswer {
  /** One, unless more were requested; none if the prompt was blocked. */
  candidates?: unknown;
  /** `{blockReason, blockReasonMessage, safetyRatings}` */
  promptFeedback?: unknown;
  /** Cumulative, in each chunk. */
  usageMetadata?: unknown;
  modelVersion?: unknown;
  responseId?: unknown;
  /** An error in place of an answer, even in the middle of a stream. */
  error?: unknown;
  [other: string]: unknown;
}

export interface Candidate {
  /** `{role: "model", parts}`; no parts if the model wrote nothing. */
  content?: unknown;
  /** In the last chunk with content. */
  finishReason?: unknown;
  index?: unknown;
  /**
   * groundingMetadata, citationMetadata, urlContextMetadata, safetyRatings, finishMessage,
   * continuationToken, …
   */
  [other: string]: unknown;
}

export interface AnswerPart {
  text?: unknown;
  /** True: `text` is a thought. */
  thought?: unknown;
  /** Base64. Any kind of part may have one, even a part that has only an empty text besides. */
  thoughtSignature?: unknown;
  functionCall?: unknown;
  /** inlineData, executableCode, codeExecutionResult, toolCall, toolResponse, … */
  [other: string]: unknown;
}

/**
 * A function call. It is whole unless the request set `streamFunctionCallArguments` (Vertex AI):
 * then the first piece has the name, the following ones have `partialArgs`, and all but the last
 * have `willContinue`.
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
  /** Whether more pieces of the same string follow. */
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
