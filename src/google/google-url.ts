/**
 * Whether a secret may be sent to a URL from a credentials file: https, a host of googleapis.com,
 * the standard port. The file is configuration, but a file that was swapped or edited must not make
 * this server send its key elsewhere or call its own network.
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

/** The metadata address of the large clouds, which serve only http there. */
const METADATA_HOST = "169.254.169.254";
const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(["127.0.0.1", "[::1]", "localhost"]);

/**
 * Whether the subject token of an `external_account` may be fetched from this URL. The token goes
 * only to Google, so any https host is allowed. http is allowed for a cloud's metadata address, and
 * for loopback if the operator redirects the token exchange too (in a test).
 */
export function isSubjectTokenUrl(text: string, loopbackAllowed: boolean): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return false;
  const loopback = LOOPBACK_HOSTS.has(url.hostname);
  if (loopback) return loopbackAllowed && /^https?:$/.test(url.protocol);
  return url.protocol === "https:" || (url.protocol === "http:" && url.hostname === METADATA_HOST);
}
