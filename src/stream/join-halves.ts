/** Half of a character that waits for the other one; empty where none does. */
export interface CharacterHolder {
  half: string;
}

/** What stands for a half whose other one never came, as in text that is written as UTF-8. */
export const REPLACEMENT = "\ufffd";

/**
 * A piece of text, with the half before it and without the one at its end: some servers cut between the two units of a surrogate
 * pair (each piece is JSON of its own, so they arrive as `\ud83d` and `\ude00`), and half a character is refused by strict readers of
 * JSON, Elixir's among them.
 */
export function joinHalves(piece: string, holder: CharacterHolder): string {
  const text = holder.half === "" ? piece : holder.half + piece;
  const last = text.charCodeAt(text.length - 1);
  const endsInHalf = last >= 0xd800 && last <= 0xdbff;
  holder.half = endsInHalf ? text.slice(-1) : "";
  return (endsInHalf ? text.slice(0, -1) : text).toWellFormed();
}
