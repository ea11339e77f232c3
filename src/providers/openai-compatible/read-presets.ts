import { baseUrlSchema } from "../../env/base-url.ts";
import { checkCredential } from "../../env/check-credential.ts";
import { quirksSchema } from "../../formats/openai-chat/quirks.ts";
import { unavailable } from "../provider.ts";
import { OLLAMA_LOCAL_URL, type Preset } from "./presets.ts";
import { createHeaders, type ServerAccess, type ServerConfig, withApiPath } from "./server.ts";

export type Env = Readonly<Record<string, string | undefined>>;

/** A preset with its variables. */
export function readPreset(preset: Preset, env: Env): ServerConfig {
  return {
    name: preset.name,
    aliases: preset.aliases,
    defaultModel: env[`${preset.prefix}_DEFAULT_MODEL`] ?? preset.defaultModel,
    quirks: quirksSchema.parse(preset.quirks),
    access: readAccess(preset, env),
  };
}

/** Undefined if no base URL is set, or if it is not valid. */
function findBaseUrl({ name, prefix, baseUrl, needsKey }: Preset, env: Env): string | undefined {
  const given = env[`${prefix}_BASE_URL`];
  if (given !== undefined) {
    const parsed = baseUrlSchema.safeParse(given).data;
    return parsed !== undefined && !needsKey ? withApiPath(parsed) : parsed;
  }
  if (name === "ollama" && isOn(env.OLLAMA)) return OLLAMA_LOCAL_URL;
  return baseUrl ?? undefined;
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && /^(1|true|yes|on)$/i.test(value.trim());
}

function readAccess(preset: Preset, env: Env): ServerAccess {
  const { name, prefix, needsKey } = preset;
  const key = env[`${prefix}_API_KEY`];
  if (needsKey && key === undefined)
    return unavailable(`${prefix}_API_KEY is not set. Set it to your ${name} key.`);
  const fault = checkCredential(key, `${prefix}_API_KEY`);
  if (fault !== undefined) return unavailable(fault);
  const baseUrl = findBaseUrl(preset, env);
  if (baseUrl !== undefined) return { baseUrl, headers: createHeaders(key) };
  const other = name === "ollama" ? ", or set OLLAMA to 1 to use this machine's" : "";
  return unavailable(
    `${prefix}_BASE_URL is not set to an http or https URL. Set it to the server's address${other}.`,
  );
}
