/**
 * What is loaded when it is first needed, and is at hand from then on. Two that need it at the same
 * time each wait for a load of their own: on Workers a promise belongs to the request that made it,
 * and may never settle once its caller has gone.
 */
export function lazy<T>(load: () => Promise<T>): () => T | Promise<T> {
  let loaded: { readonly value: T } | undefined;
  return () =>
    loaded
      ? loaded.value
      : load().then((value) => {
          loaded ??= { value };
          return loaded.value;
        });
}
