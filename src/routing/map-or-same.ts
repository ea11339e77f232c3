/**
 * The list with each item mapped, without those mapped to null; the same list if nothing changes,
 * so that the common case makes no copy.
 */
export function mapOrSame<T>(items: T[], map: (item: T, index: number) => T | null): T[] {
  let mapped: T[] | undefined;
  let index = 0;
  for (const item of items) {
    const result = map(item, index);
    if (result !== item) mapped ??= items.slice(0, index);
    if (mapped && result !== null) mapped.push(result);
    index += 1;
  }
  return mapped ?? items;
}
