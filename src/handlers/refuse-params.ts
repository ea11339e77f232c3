import { ChatError } from "../errors/chat-error.ts";

/** Throws `invalid_request` if the URL has one of the parameters that this path does not take. */
export function refuseParams(url: string, names: readonly string[]): void {
  const { searchParams } = new URL(url);
  const name = names.find((one) => searchParams.has(one));
  if (name === undefined) return;
  throw new ChatError("invalid_request", {
    message: `This path does not accept \`${name}\`, or not with this value.`,
    param: name,
  });
}
