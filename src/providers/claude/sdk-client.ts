import { BaseAnthropic } from "@anthropic-ai/sdk/client";
import type { ProviderDeps } from "../../platform.ts";

export interface SdkClientOptions {
  /** `ANTHROPIC_BASE_URL`. */
  baseUrl: string;
  /**
   * `ANTHROPIC_API_KEY` or an OAuth token. It is not sent; without one, the client would look in
   * the environment.
   */
  apiKey: string;
  /** Sent with each call; they override the client's own. */
  headers: Record<string, string>;
  fetch: ProviderDeps["fetch"];
}

/**
 * Anthropic's client, used for its headers alone: they tell the vendor what it needs to know of a
 * client. Sending through it as well would cost 5 µs a call, 5 % of all (Bun 1.4.5, version
 * 1.12.0 of the client), for retries, timeouts and errors that are ours already.
 */
class HeaderClient extends BaseAnthropic {
  readonly #own: SdkClientOptions;

  constructor(own: SdkClientOptions) {
    super({
      // Everything that it would otherwise look up in the environment.
      apiKey: own.apiKey,
      webhookKey: null,
      baseURL: own.baseUrl,
      logLevel: "off",
      openTelemetry: false,
    });
    this.#own = own;
  }

  /** The credential is among our own headers. */
  protected override async authHeaders(): Promise<undefined> {}

  /**
   * The client's headers, overridden by ours, without those from ANTHROPIC_CUSTOM_HEADERS, which
   * the client always reads.
   */
  async buildConstantHeaders(): Promise<Record<string, string>> {
    const own = {
      "content-type": "application/json",
      "user-agent": this.getUserAgent(),
      ...this.#own.headers,
    };
    const path = "/v1/messages";
    const { req } = await super.buildRequest({ method: "post", path, headers: own });
    const headers: Record<string, string> = {};
    new Headers(req.headers).forEach((value, name) => {
      if (name in own || name === "accept" || name.startsWith("x-stainless-"))
        headers[name] = value;
    });
    return headers;
  }
}

/**
 * Sends one request with these headers in addition to the constant ones, and returns the answer
 * whatever its status. Rejects as `fetch` does.
 */
export type SendMessage = (
  path: string,
  body: string,
  headers: Record<string, string> | undefined,
  signal: AbortSignal,
) => Promise<Response>;

export async function createSdkClient(options: SdkClientOptions): Promise<SendMessage> {
  const { baseUrl, fetch } = options;
  const constant = await new HeaderClient(options).buildConstantHeaders();
  return (path, body, headers, signal) =>
    fetch(baseUrl + path, {
      method: "POST",
      headers: headers ? { ...constant, ...headers } : constant,
      body,
      signal,
      redirect: "manual",
    });
}
