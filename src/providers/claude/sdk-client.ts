import { BaseAnthropic } from "@anthropic-ai/sdk/client";
import type { ProviderDeps } from "../../platform.ts";

type RequestOptions = Parameters<BaseAnthropic["buildRequest"]>[0];
type BuiltRequest = Awaited<ReturnType<BaseAnthropic["buildRequest"]>>;

/**
 * Passes an unsuccessful answer through the client, which would read its whole body, whatever its
 * size.
 */
class UnsuccessfulAnswer extends Error {
  readonly response: Response;

  constructor(response: Response) {
    super("unsuccessful answer");
    this.response = response;
  }
}

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
 * Anthropic's client, used only for sending: its headers, and whatever it learns to do about
 * connections. Decoding, errors, retries and timeouts are ours. If the client rebuilt its headers
 * and watched each call with a second controller and timer, that would cost 0.05 ms a call, half of
 * what the whole server may take. So the headers are built once, and the request goes to `fetch`
 * unchanged.
 */
class MessagesClient extends BaseAnthropic {
  readonly #own: SdkClientOptions;
  #headers: Headers | undefined;

  constructor(own: SdkClientOptions) {
    super({
      // Everything that it would otherwise look up in the environment.
      apiKey: own.apiKey,
      webhookKey: null,
      baseURL: own.baseUrl,
      fetch: (url, init) => own.fetch(String(url), init ?? {}),
      maxRetries: 0,
      logLevel: "off",
      logger: { error: ignore, warn: ignore, info: ignore, debug: ignore },
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
  async #buildHeaders(path: string): Promise<Headers> {
    const own = {
      "content-type": "application/json",
      "user-agent": this.getUserAgent(),
      ...this.#own.headers,
    };
    const { req } = await super.buildRequest({ method: "post", path, headers: own });
    const headers = new Headers();
    new Headers(req.headers).forEach((value, name) => {
      if (name in own || name === "accept" || name.startsWith("x-stainless-"))
        headers.set(name, value);
    });
    return headers;
  }

  override async buildRequest(options: RequestOptions): Promise<BuiltRequest> {
    this.#headers ??= await this.#buildHeaders(options.path);
    let headers = this.#headers;
    if (options.headers instanceof Headers) {
      headers = new Headers(headers);
      for (const [name, value] of options.headers) headers.set(name, value);
    }
    return {
      url: `${this.baseURL}${options.path}`,
      timeout: this.timeout,
      req: {
        method: "POST",
        headers,
        body: String(options.body),
        signal: options.signal ?? null,
        redirect: "manual",
      },
    };
  }

  override async fetchWithTimeout(
    url: string | URL | Request,
    init: RequestInit = {},
  ): Promise<Response> {
    const response = await this.#own.fetch(String(url), init);
    if (response.status !== 200) throw new UnsuccessfulAnswer(response);
    return response;
  }
}

function ignore(): void {}

/**
 * Sends one request with these headers in addition to the constant ones, and returns the answer
 * whatever its status. Throws what `fetch` throws.
 */
export type SendMessage = (
  path: string,
  body: string,
  headers: Record<string, string> | undefined,
  signal: AbortSignal,
) => Promise<Response>;

export function createSdkClient(options: SdkClientOptions): SendMessage {
  const client = new MessagesClient(options);
  return async function send(path, body, headers, signal) {
    try {
      return await client
        .post(path, { body, headers: headers && new Headers(headers), signal })
        .asResponse();
    } catch (thrown) {
      const cause = thrown instanceof Error ? thrown.cause : undefined;
      if (cause instanceof UnsuccessfulAnswer) return cause.response;
      // The client wraps the error of the connection.
      throw cause ?? thrown;
    }
  };
}
