/**
 * Whether a URL taken from a credentials file may be sent a secret: https, a host of googleapis.com, the standard port. The file is
 * configuration, but one that was swapped or edited must not make this server hand its key to somebody else or call its own network.
 */
export function isGoogleUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return (
    url.protocol === "https:" &&
    (url.hostname === "googleapis.com" || url.hostname.endsWith(".googleapis.com")) &&
    url.port === "" &&
    url.username === "" &&
    url.password === ""
  );
}

/** The metadata address of the large clouds, which is http only. */
const METADATA_HOST = "169.254.169.254";
const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(["127.0.0.1", "[::1]", "localhost"]);

/**
 * Whether an `external_account`'s subject token may be fetched from here. It goes on to Google alone, so any https host will do; http
 * only for a cloud's metadata address, and for loopback where the operator points the token exchange elsewhere too (a test).
 */
export function isSubjectTokenUrl(text: string, loopbackAllowed: boolean): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return false;
  const loopback = LOOPBACK_HOSTS.has(url.hostname);
  if (loopback) return loopbackAllowed && /^https?:$/.test(url.protocol);
  return url.protocol === "https:" || (url.protocol === "http:" && url.hostname === METADATA_HOST);
}
