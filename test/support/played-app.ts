import { createApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { type JsonObject, jsonObjectSchema } from "../../src/json/json-object.ts";
import { createTimerWheel } from "../../src/runtimes/timer-wheel.ts";
import { mintTestToken, TEST_JWT } from "./chat-client.ts";
import { type PlayedResponse, playResponses } from "./play-response.ts";

export interface PlayedAnswer {
  status: number;
  headers: Headers;
  text: string;
  /** The whole body, if it is JSON; else an empty object. */
  body: JsonObject;
  /** The data of a stream's events that are JSON. */
  events: JsonObject[];
  /** The bodies that the vendors were sent. */
  sent: JsonObject[];
}

/**
 * The whole server in front of vendors that answer with these responses; the last one is repeated.
 */
export function createPlayedApp(env: Record<string, string>, ...responses: PlayedResponse[]) {
  const played = playResponses(...responses);
  let ids = 0;
  const app = createApp(loadConfig({ ...TEST_JWT, RETRY_MAX: "0", ...env }), {
    runtime: "bun",
    random: () => 0.5,
    fetch: played.fetch,
    now: Date.now,
    randomId: () => `id${++ids}`,
    every: createTimerWheel(),
    log() {},
  });

  /** Asks as this subject. */
  return async function ask(
    path: string,
    request: JsonObject,
    subject = "tester",
  ): Promise<PlayedAnswer> {
    const token = await mintTestToken({ sub: subject });
    const before = played.calls.length;
    const response = await app.fetch(
      new Request(`http://server.test${path}`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${token}`,
          "content-type": "application/json",
        },
        body: JSON.stringify(request),
      }),
      () => {},
    );
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: text.startsWith("{") ? jsonObjectSchema.parse(JSON.parse(text)) : {},
      events: [...text.matchAll(/^data: (\{.*)$/gm)].map(([, data]) =>
        jsonObjectSchema.parse(JSON.parse(data ?? "")),
      ),
      sent: played.calls
        .slice(before)
        .map(({ body }) => (body === "" ? {} : jsonObjectSchema.parse(JSON.parse(body)))),
    };
  };
}

/** The same conversation in each API, by the path of that API. */
export const APIS: readonly [path: string, body: JsonObject][] = [
  ["/chat", { messages: [{ role: "user", content: "Hi" }] }],
  ["/v1/chat/completions", { messages: [{ role: "user", content: "Hi" }] }],
  ["/v1/responses", { input: "Hi" }],
  ["/v1/messages", { max_tokens: 100, messages: [{ role: "user", content: "Hi" }] }],
];
