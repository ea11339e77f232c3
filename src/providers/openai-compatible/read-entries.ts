import "../../errors/schema-messages.ts";
import * as z from "zod/mini";
import { checkCredential } from "../../env/check-credential.ts";
import { parseJsonListSecret } from "../../env/json-secret.ts";
import { NO_QUIRKS, quirksSchema } from "../../formats/openai-chat/quirks.ts";
import { unavailable } from "../provider.ts";
import { type ServerEntry, serverEntrySchema } from "./env.ts";
import type { Preset } from "./presets.ts";
import type { Env } from "./read-presets.ts";
import { checkHeaders, createHeaders, type ServerAccess, type ServerConfig } from "./server.ts";

const VARIABLE = "COMPATIBLE_PROVIDERS";

/**
 * The servers of `COMPATIBLE_PROVIDERS`. An invalid entry becomes an unavailable provider that says
 * what to do, and does not affect the others. If its name cannot be used, its position is its name.
 */
export function readEntries(
  env: Env,
  presets: readonly Preset[],
  takenNames: Iterable<string>,
): ServerConfig[] {
  const value = env[VARIABLE];
  if (value === undefined) return [];
  const list = parseJsonListSecret(value);
  if (!list)
    return [unusable("compatible-providers", `${VARIABLE} is not a JSON list, raw or as base64.`)];
  const taken = new Set(takenNames);
  for (const { aliases } of presets) for (const alias of aliases) taken.add(alias);
  return list.map((item, index) => {
    const place = `${VARIABLE}[${index}]`;
    const parsed = serverEntrySchema.safeParse(item);
    const name =
      parsed.data?.name ??
      z.looseObject({ name: serverEntrySchema.shape.name }).safeParse(item).data?.name;
    if (name === undefined || taken.has(name)) {
      const reason =
        name === undefined
          ? describeIssue(parsed.error, place)
          : `${place}.name "${name}" is taken by another provider.`;
      return unusable(`compatible-providers-${index + 1}`, reason);
    }
    taken.add(name);
    if (!parsed.success) return unusable(name, describeIssue(parsed.error, place));
    return readEntry(
      parsed.data,
      place,
      env,
      presets.find((preset) => preset.name === name),
    );
  });
}

/** The first issue, with its path. zod's messages never hold the value. */
function describeIssue(error: z.core.$ZodError | undefined, place: string): string {
  const issue = error?.issues[0];
  if (!issue) return `${place} is not valid.`;
  const keys = issue.code === "unrecognized_keys" ? `: ${issue.keys.join(", ").slice(0, 100)}` : "";
  const path = issue.path
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`))
    .join("");
  const known = issue.message.endsWith("received undefined") ? "is missing" : issue.message;
  const message = issue.code === "unrecognized_keys" ? "has unknown fields" : known;
  return `${place}${path} ${message}${keys}.`;
}

function unusable(name: string, reason: string): ServerConfig {
  return {
    name,
    aliases: [],
    defaultModel: null,
    quirks: NO_QUIRKS,
    access: unavailable(reason),
  };
}

function readEntry(
  entry: ServerEntry,
  place: string,
  env: Env,
  preset: Preset | undefined,
): ServerConfig {
  const quirks = quirksSchema.safeParse({ ...preset?.quirks, ...entry.quirks });
  return {
    name: entry.name,
    aliases: preset?.aliases ?? [],
    defaultModel: entry.default_model ?? preset?.defaultModel ?? null,
    quirks: quirks.data ?? NO_QUIRKS,
    access: readAccess(entry, place, env, preset, quirks.error),
  };
}

function readAccess(
  entry: ServerEntry,
  place: string,
  env: Env,
  preset: Preset | undefined,
  quirksError: z.core.$ZodError | undefined,
): ServerAccess {
  const { headers = {} } = entry;
  const baseUrl = entry.base_url ?? preset?.baseUrl ?? undefined;
  if (baseUrl === undefined) return unavailable(`${place}.base_url is missing.`);
  const key =
    entry.api_key ?? (entry.api_key_env === undefined ? undefined : env[entry.api_key_env]);
  const fault =
    (entry.api_key_env !== undefined && key === undefined
      ? `${place}.api_key_env names the variable ${entry.api_key_env}, which is not set.`
      : undefined) ??
    checkCredential(key, entry.api_key_env ?? `${place}.api_key`) ??
    checkHeaders(headers, `${place}.headers`) ??
    (quirksError && describeIssue(quirksError, `${place}.quirks`));
  return fault === undefined
    ? { baseUrl, headers: createHeaders(key, headers) }
    : unavailable(fault);
}
