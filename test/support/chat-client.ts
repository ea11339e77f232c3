import { SignJWT } from "jose";
import type * as z from "zod";
import { errorResponseSchema } from "../../src/dialects/chat/response.ts";
import { readSseText, type StreamedText } from "./read-sse-text.ts";

/** What the test servers are configured with (`JWT_SECRET`, `JWT_ISSUER`, `JWT_AUDIENCE`). */
export const TEST_JWT = {
  JWT_SECRET: "jwt-canary-f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
  JWT_ISSUER: "conformance-tests",
  JWT_AUDIENCE: "ai-server-under-test",
} as const;

/** A token for a server with `TEST_JWT`; it lives for an hour. */
export function mintTestToken(
  claims: Record<string, unknown> = {},
  issuedSecondsAgo = 0,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000) - issuedSecondsAgo;
  return new SignJWT({ sub: "tester", ...claims })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuer(TEST_JWT.JWT_ISSUER)
    .setAudience(TEST_JWT.JWT_AUDIENCE)
    .setIssuedAt(now)
    .setExpirationTime(now + 3600)
    .sign(new TextEncoder().encode(TEST_JWT.JWT_SECRET));
}

export interface HttpAnswer {
  status: number;
  headers: Headers;
  text: string;
  json(): unknown;
  /** The body as a stream of the native dialect. */
  stream(): StreamedText;
  /** The body as an error of the native dialect; throws if it is none. */
  error(): z.infer<typeof errorResponseSchema>["error"];
}

export interface SendOptions {
  method?: string;
  /** Default: a valid token. Null: no Authorization header. */
  token?: string | null;
  headers?: Record<string, string>;
  body?: BodyInit;
  signal?: AbortSignal;
}

/**
 * A caller of one server. It keeps everything it received, to be searched for what must not be
 * there.
 */
export interface ChatClient {
  readonly url: string;
  send(path: string, options?: SendOptions): Promise<HttpAnswer>;
  /** `POST /chat` with this body as JSON. */
  chat(body: unknown, options?: SendOptions): Promise<HttpAnswer>;
  /** The same, given back when its headers are there. */
  open(body: unknown, options?: SendOptions): Promise<Response>;
  /** Every answer so far: status, headers and body. */
  transcript(): string;
}

/**
 * Longest idle time of a connection that is used once more. Some servers close one after 5 s, and a
 * request that is sent at that very moment is lost.
 */
const MAX_IDLE_MS = 2000;

export async function createChatClient(url: string): Promise<ChatClient> {
  const validToken = await mintTestToken();
  const told: string[] = [];
  let usedAt = performance.now();

  async function request(path: string, options: SendOptions): Promise<Response> {
    const headers = new Headers(options.headers);
    const token = options.token === undefined ? validToken : options.token;
    if (token !== null) headers.set("authorization", `Bearer ${token}`);
    const response = await fetch(`${url}${path}`, {
      method: options.method ?? (options.body === undefined ? "GET" : "POST"),
      headers,
      redirect: "manual",
      keepalive: performance.now() - usedAt < MAX_IDLE_MS,
      ...(options.body === undefined ? {} : { body: options.body }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    usedAt = performance.now();
    told.push(`${response.status} ${JSON.stringify([...response.headers])}`);
    return response;
  }

  async function send(path: string, options: SendOptions = {}): Promise<HttpAnswer> {
    const response = await request(path, options);
    const text = await response.text();
    usedAt = performance.now();
    told.push(text);
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: () => JSON.parse(text),
      stream: () => readSseText(text),
      error: () => errorResponseSchema.parse(JSON.parse(text)).error,
    };
  }

  function asJson(body: unknown, options: SendOptions): SendOptions {
    return {
      ...options,
      headers: { "content-type": "application/json", ...options.headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    };
  }

  return {
    url,
    send,
    chat: (body, options = {}) => send("/chat", asJson(body, options)),
    open: (body, options = {}) => request("/chat", asJson(body, options)),
    transcript: () => told.join("\n"),
  };
}
