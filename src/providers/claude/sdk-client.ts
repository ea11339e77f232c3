import { BaseAnthropic } from "@anthropic-ai/sdk/client";
import type { ProviderDeps } from "../../platform.ts";

type RequestOptions = Parameters<BaseAnthropic["buildRequest"]>[0];
type BuiltRequest = Awaited<ReturnType<BaseAnthropic["buildRequest"]>>;

/** An answer that is no success, on its way past the client, which would read its body whole however large it is. */
class UnsuccessfulAnswer extends Error {
  readonly response: Response;

  constructor(response: Response) {
    super("unsuccessful answer");
    this.response = response;
  }
}

export interface SdkClientOptions {
  baseUrl: string;
  /** Any text: that there is a key keeps the client from looking for one in the environment. It is not sent. */
  apiKey: string;
  /** Sent with each call, over the client's own. */
  headers: Record<string, string>;
  fetch: ProviderDeps["fetch"];
}

/**
 * Anthropic's client, of which we want the wire: its headers, and whatever it learns to do about sending. Decoding, errors, retries
 * and timeouts are ours. Building its headers anew and watching the call with a second controller and timer would cost 0.05 ms a
 * call, half of what the whole server may take; so they are built once, and the request goes to `fetch` as it is.
 */
class MessagesClient extends BaseAnthropic {
  readonly #own: SdkClientOptions;
  #headers: Headers | undefined;

  constructor(own: SdkClientOptions) {
    super({
      // All that it would look for in the environment is given.
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

  /** The client's headers under ours, without any that it took from ANTHROPIC_CUSTOM_HEADERS: that it reads in any case. */
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

/** Sends one request, with these headers over the constant ones; gives the answer whatever its status. Throws what `fetch` throws. */
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
      // The client's own error hides what the connection said.
      throw cause ?? thrown;
    }
  };
}
