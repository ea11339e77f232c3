/**
 * Whether a model takes system messages inside a conversation: Opus 4.8 and everything since the fifth generation
 * (platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages, November 2026).
 */
export function takesSystemTurns(model: string): boolean {
  return /opus-4-[89](?!\d)|(opus|sonnet|haiku|fable|mythos)-([5-9]|\d\d)(?!\d)/.test(model);
}
