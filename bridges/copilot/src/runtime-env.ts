/**
 * The only variables that the runtime gets; everything else on this machine is none of its
 * business.
 */
const PASSED_ON = [
  "PATH",
  "LANG",
  "TZ",
  "TMPDIR",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_FILE",
  "COPILOT_CLI_PATH",
];

/** The environment of the runtime's process, with `home` as its home. */
export function runtimeEnv(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): Record<string, string> {
  const passedOn: Record<string, string> = { HOME: home };
  for (const name of PASSED_ON) {
    const value = env[name];
    if (value !== undefined) passedOn[name] = value;
  }
  return passedOn;
}
