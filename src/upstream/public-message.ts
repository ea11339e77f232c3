/** The longest vendor text that is passed on, in characters. */
const MAX_MESSAGE_LENGTH = 500;

/**
 * A vendor's explanation of a refused request, safe to show: cut to length, with everything that
 * looks like a key removed. Only for refusals of the caller's request (400, 404, 413, 422), since
 * other texts are about the operator's account.
 */
export function publicMessage(text: unknown): string | undefined {
  if (typeof text !== "string" || text.trim() === "") return undefined;
  return text
    .replace(
      /\b(sk-|AIza|ya29\.|1\/\/|gh[pousr]_|github_pat_|crsr_|xai-|gsk_|key-)[\w.-]{4,}/g,
      "[removed]",
    )
    .replace(/\beyJ[\w-]{8,}(\.[\w-]+){0,2}/g, "[removed]")
    .replace(/\b[Bb]earer\s+\S+/g, "[removed]")
    .replace(/([?&]key=)[^&\s]+/g, "$1[removed]")
    .slice(0, MAX_MESSAGE_LENGTH);
}
