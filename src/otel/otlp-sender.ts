import type { Platform } from "../platform.ts";

export interface OtlpSenderOptions extends Pick<Platform, "fetch" | "now"> {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  /** `OTEL_EXPORTER_OTLP_TIMEOUT`: for one batch, retries included. */
  readonly timeoutMs: number;
}

/** Sends one batch. Rejects with an error whose message may be logged. */
export type SendOtlp = (body: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>;

/** https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const FIRST_PAUSE_MS = 500;

/**
 * OTLP over HTTP by `fetch`, the same on every runtime. The packages' own exporters use Node's HTTP
 * on Bun and Deno, and none of them runs on all three.
 */
export function createOtlpSender(options: OtlpSenderOptions): SendOtlp {
  const { fetch, now, url, timeoutMs } = options;
  const headers = { "content-type": options.contentType, ...options.headers };

  async function post(body: Uint8Array<ArrayBuffer>, withinMs: number): Promise<Response | string> {
    try {
      return await fetch(url, {
        method: "POST",
        headers,
        body,
        redirect: "manual",
        signal: AbortSignal.timeout(withinMs),
      });
    } catch (thrown) {
      return thrown instanceof Error ? thrown.name : "unreachable";
    }
  }

  return async (body) => {
    const giveUpAt = now() + timeoutMs;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs *= 2) {
      const answer = await post(body, Math.max(1, giveUpAt - now()));
      const isResponse = typeof answer !== "string";
      if (isResponse && answer.ok) return new Uint8Array(await answer.arrayBuffer());
      if (isResponse) await answer.body?.cancel();
      const reason = isResponse ? `status_${answer.status}` : answer;
      const wait = Math.max(pauseMs, isResponse ? retryAfterMs(answer) : 0);
      const isFinal = isResponse && !RETRYABLE.has(answer.status);
      if (isFinal || now() + wait >= giveUpAt) throw new Error(reason);
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  };
}

function retryAfterMs({ headers }: Response): number {
  return 1000 * (Number(headers.get("retry-after")) || 0);
}
