const SPACE = /[ \t\r\n]*/y;
const STRING = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[\da-f]{4}))*"/iy;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/**
 * Where a text stops being JSON, as `line 1, column 2`. It is for people who wrote the text by hand:
 * the runtimes' own messages quote the text, or do not tell the place.
 */
export function findSyntaxFault(text: string): string {
  let at = 0;

  function take(pattern: RegExp): boolean {
    pattern.lastIndex = at;
    const taken = pattern.test(text);
    if (taken) at = pattern.lastIndex;
    return taken;
  }
  function takeToken(pattern: RegExp): boolean {
    take(SPACE);
    return take(pattern);
  }
  function takeItems(takeItem: () => boolean, end: RegExp): boolean {
    if (takeToken(end)) return true;
    do if (!takeItem()) return false;
    while (takeToken(/,/y));
    return takeToken(end);
  }
  const takeMember = () => takeToken(STRING) && takeToken(/:/y) && takeValue();
  function takeValue(): boolean {
    if (takeToken(/\{/y)) return takeItems(takeMember, /\}/y);
    if (takeToken(/\[/y)) return takeItems(takeValue, /\]/y);
    return takeToken(STRING) || takeToken(SCALAR);
  }

  takeValue();
  take(SPACE);
  const lines = text.slice(0, at).split("\n");
  return `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
}
