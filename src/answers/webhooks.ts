import { isPublicUrl } from "../chat/check-media-urls.ts";
import { decodeBase64 } from "../env/decode-base64.ts";
import { ChatError } from "../errors/chat-error.ts";
import type { Platform } from "../platform.ts";

export interface WebhookOptions extends Pick<Platform, "fetch" | "now"> {
  /** `WEBHOOK_SECRET`; undefined if there is none. */
  readonly secrets: readonly string[] | undefined;
  /** `WEBHOOK_PRIVATE` is `allow`. */
  readonly allowsPrivate: boolean;
  /** Told how a message went: after how many tries, and why it was given up, if it was. */
  report(requestId: string, tries: number, failure: string | null): void;
  /** Waits between two tries, in milliseconds. */
  readonly pausesMs?: readonly number[];
}

/** Tells callers' servers that answers have ended, in the form of Standard Webhooks. */
export interface Webhooks {
  /** Throws `invalid_request` for an address that no message goes to. */
  check(url: string): void;
  /** Sends until it is accepted or given up. It never rejects. */
  send(url: string, requestId: string, body: string): Promise<void>;
}

const TIMEOUT_MS = 5000;
const PAUSES_MS = [1000, 5000, 25_000];

export function createWebhooks(options: WebhookOptions): Webhooks {
  const { secrets, allowsPrivate, now } = options;
  const pausesMs = options.pausesMs ?? PAUSES_MS;
  let keys: Promise<readonly CryptoKey[]> | undefined;

  /** One signature for each secret: receivers know at least one of them. */
  async function sign(id: string, timestamp: string, body: string): Promise<string> {
    keys ??= Promise.all((secrets ?? []).map(importSecret));
    const bytes = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
    const signatures = (await keys).map((key) => crypto.subtle.sign("HMAC", key, bytes));
    return (await Promise.all(signatures))
      .map((signature) => `v1,${btoa(String.fromCharCode(...new Uint8Array(signature)))}`)
      .join(" ");
  }

  /** Null if it was accepted, else why not. */
  async function post(url: string, id: string, body: string): Promise<string | null> {
    const timestamp = String(Math.floor(now() / 1000));
    const aborting = new AbortController();
    const timer = setTimeout(() => aborting.abort(), TIMEOUT_MS);
    try {
      const response = await options.fetch(url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "webhook-id": id,
          "webhook-timestamp": timestamp,
          "webhook-signature": await sign(id, timestamp, body),
        },
        body,
        redirect: "manual",
        signal: aborting.signal,
      });
      response.body?.cancel().catch(() => {});
      return response.ok ? null : `status_${response.status}`;
    } catch {
      return aborting.signal.aborted ? "timeout" : "connection";
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    check(url) {
      if (!secrets) throw refuse("webhook", "webhooks need WEBHOOK_SECRET on the server");
      const isPublic = isPublicUrl(url) && new URL(url).protocol === "https:";
      if (isPublic || (allowsPrivate && isPlainUrl(url))) return;
      throw refuse("webhook.url", "must be a public https URL without credentials");
    },
    async send(url, requestId, body) {
      for (let tries = 1; ; tries += 1) {
        const failure = await post(url, `msg_${requestId}`, body);
        const pause = pausesMs[tries - 1];
        if (failure === null || pause === undefined) {
          options.report(requestId, tries, failure);
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    },
  };
}

function refuse(param: string, fault: string): ChatError {
  return new ChatError("invalid_request", { param, message: `${param}: ${fault}.` });
}

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === "" && password === "";
}

function importSecret(secret: string): Promise<CryptoKey> {
  const bytes = decodeBase64(secret.slice("whsec_".length)) ?? new Uint8Array();
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
}
