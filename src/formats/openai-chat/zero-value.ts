import { isJsonObject } from "../../json/is-json-object.ts";

/** True for what servers written in Go (Snowflake's, recorded) put where there is nothing: an object of empty fields. */
export function isZeroValue(value: unknown): boolean {
  return isJsonObject(value) && Object.values(value).every((field) => field === "" || field === 0 || field === null);
}
