import type { ChatServer } from "../../formats/openai-chat/open-chat-completions.ts";
import type { Quirks } from "../../formats/openai-chat/quirks.ts";
import type { Unavailable } from "../provider.ts";

/** The configuration of a server, whether or not it can be called. */
export interface ServerInfo {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly defaultModel: string | null;
  readonly quirks: Quirks;
}

/**
 * How a server is called (`<NAME>_BASE_URL` and `<NAME>_API_KEY` of a preset, `base_url`, `api_key`
 * and `headers` of an entry of `COMPATIBLE_PROVIDERS`), or why it cannot be.
 */
export type ServerAccess = Omit<ChatServer, "quirks"> | Unavailable;

export interface ServerConfig extends ServerInfo {
  readonly access: ServerAccess;
}

/** Valid header values: fetch throws at any other, with the value in its message. */
const HEADER_VALUE = /^[\x21-\x7e]+( [\x21-\x7e]+)*$/;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Headers that belong to the connection or to this server. */
const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  "host",
  "content-length",
  "content-type",
  "transfer-encoding",
  "connection",
  "accept",
]);

export function checkHeaders(
  headers: Readonly<Record<string, string>>,
  place: string,
): string | undefined {
  for (const [name, value] of Object.entries(headers)) {
    if (!HEADER_NAME.test(name) || RESERVED_HEADERS.has(name.toLowerCase()))
      return `${place} has a name that cannot be sent in a header.`;
    if (value !== "" && !HEADER_VALUE.test(value))
      return `${place}.${name} has a character that cannot be sent in a header.`;
  }
  return undefined;
}

/**
 * The headers of each call: `authorization` for the key, unless the other headers have their own.
 * Names are in lower case, so that none can occur twice.
 */
export function createHeaders(
  key: string | undefined,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const headers: Record<string, string> =
    key === undefined ? {} : { authorization: `Bearer ${key}` };
  for (const [name, value] of Object.entries(more)) headers[name.toLowerCase()] = value;
  return headers;
}

/** Local servers are often given without the path of their API. */
export function withApiPath(baseUrl: string): string {
  return new URL(baseUrl).pathname === "/" ? `${baseUrl}/v1` : baseUrl;
}
