import { decodeBase64 } from "../env/decode-base64.ts";

/** Encrypts what a store gets to see. */
export interface Seal {
  /** `place` binds the text to where it belongs: moved elsewhere, it cannot be opened. */
  seal(text: string, place: string): Promise<string>;
  /** Null if it cannot be opened: another key, or it was changed. */
  open(sealed: string, place: string): Promise<string | null>;
}

/** Texts stay as they are. */
export const NO_SEAL: Seal = {
  seal: (text) => Promise.resolve(text),
  open: (text) => Promise.resolve(text),
};

/** NIST SP 800-38D, section 8.2.2: a random 96-bit IV for each text. */
const IV_BYTES = 12;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** AES-256-GCM. It seals with the first key and opens with any; `keys` are 32 bytes in base64. */
export function createSeal(keys: readonly string[]): Seal {
  if (keys.length === 0) return NO_SEAL;
  const imported = Promise.all(keys.map(importKey));
  return {
    async seal(text, place) {
      const [key] = await imported;
      if (!key) throw new Error("no key");
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
      const algorithm = { name: "AES-GCM", iv, additionalData: encoder.encode(place) };
      const sealed = await crypto.subtle.encrypt(algorithm, key.key, encoder.encode(text));
      return `${key.id}.${encodeBase64(iv)}.${encodeBase64(new Uint8Array(sealed))}`;
    },
    async open(text, place) {
      const [id = "", iv = "", body = ""] = text.split(".");
      const key = (await imported).find((one) => one.id === id);
      const [ivBytes, bytes] = [decodeBase64(iv), decodeBase64(body)];
      if (!key || !ivBytes || !bytes) return null;
      const algorithm = { name: "AES-GCM", iv: ivBytes, additionalData: encoder.encode(place) };
      try {
        return decoder.decode(await crypto.subtle.decrypt(algorithm, key.key, bytes));
      } catch {
        return null;
      }
    },
  };
}

async function importKey(text: string) {
  const bytes = decodeBase64(text) ?? new Uint8Array();
  const key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return { key, id: encodeBase64(digest.subarray(0, 6)) };
}

/** Arguments of one call are limited, so long texts go in parts. */
const CHUNK = 8192;

function encodeBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += CHUNK)
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(binary);
}
