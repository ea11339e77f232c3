/** `T` with each member that may be undefined made optional, and never undefined. */
type Defined<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/**
 * The object without its undefined members, as `exactOptionalPropertyTypes` wants it. It copies the
 * object, so code that runs for each streamed event writes a literal instead.
 */
export function defined<T extends object>(fields: T): Defined<T>;
export function defined(fields: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const name in fields) if (fields[name] !== undefined) result[name] = fields[name];
  return result;
}
