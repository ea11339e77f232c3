/** What a server may answer that a client has to make something of. */

/** The text of the stand-in's answers, and what of it a stream that breaks off has. */
export const WHOLE = "Hello there";
export const HALF = "Hello";

/** Answers to a call that asked for a stream; `text` is all that there is to read. */
export const STREAM_CASES: Readonly<
  Record<string, { title: string; text: string; server: string }>
> = {
  cut: {
    title: "a stream that ends cleanly in its midst",
    text: WHOLE,
    server: "every stream ends with its own end mark or with an error event",
  },
  error: {
    title: "an error event in a stream",
    text: WHOLE,
    server: "a failure after the first content is told so, in the API's own form",
  },
  json: {
    title: "JSON in answer to a stream request",
    text: WHOLE,
    server: "a call that asked for a stream gets one, or an error status",
  },
  heartbeats: {
    title: "comments between the events",
    text: WHOLE,
    server: "one every 5 s while the model is silent",
  },
};

/** Answers to a call for a whole answer. */
export const RETRY_CASES: Readonly<
  Record<
    string,
    { title: string; status: number; headers: Readonly<Record<string, string>>; server: string }
  >
> = {
  "retry-0": {
    title: "429, `retry-after: 0`",
    status: 429,
    headers: { "retry-after": "0" },
    server: "0 is never sent",
  },
  "retry-30": {
    title: "429, `retry-after: 30`",
    status: 429,
    headers: { "retry-after": "30" },
    server: "up to 60 s are passed on",
  },
  "retry-90": {
    title: "429, `retry-after: 90`",
    status: 429,
    headers: { "retry-after": "90" },
    server: "above 60 s with `x-should-retry: false`",
  },
  "should-not": {
    title: "503, `x-should-retry: false`",
    status: 503,
    headers: { "x-should-retry": "false" },
    server: "sent once its own retries are used up",
  },
  should: {
    title: "400, `x-should-retry: true`",
    status: 400,
    headers: { "x-should-retry": "true" },
    server: "never sent",
  },
};
