/** `["messages", 0, "content"]` → `messages[0].content`. Each name is cut at 100 characters. */
export function formatPath(path: readonly PropertyKey[]): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else text += `${text === "" ? "" : "."}${String(step).slice(0, 100)}`;
  }
  return text;
}
