import { describe, expect, spyOn, test } from "bun:test";
import { ChatError } from "../../../src/errors/chat-error.ts";
import type { AccessToken } from "../../../src/google/exchange-token.ts";
import { createTokenSource } from "../../../src/google/token-source.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const never = new AbortController().signal;

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** A source that counts its exchanges, which return token1, token2, … */
function createCounted(
  options: {
    lifeMs?: number;
    takesMs?: number;
    until?: Promise<void>;
    fail?: (exchange: number) => ChatError | undefined;
  } = {},
) {
  let nowMs = 1_000_000;
  let exchanges = 0;
  let running = 0;
  let mostRunning = 0;
  const source = createTokenSource(
    async (): Promise<AccessToken> => {
      exchanges += 1;
      running += 1;
      mostRunning = Math.max(mostRunning, running);
      const mine = exchanges;
      await (options.until ?? wait(options.takesMs ?? 0));
      running -= 1;
      const error = options.fail?.(mine);
      if (error) throw error;
      return { value: `token${mine}`, expiresAtMs: nowMs + (options.lifeMs ?? HOUR) };
    },
    () => nowMs,
  );
  return {
    source,
    advance(milliseconds: number) {
      nowMs += milliseconds;
    },
    exchanges: () => exchanges,
    mostRunning: () => mostRunning,
  };
}

describe("one token for all calls", () => {
  test("is kept until five minutes before it expires", async () => {
    const { source, advance, exchanges } = createCounted();
    expect(await source.getToken(never)).toBe("token1");
    advance(55 * MINUTE - 1);
    expect(await source.getToken(never)).toBe("token1");
    advance(1);
    expect(await source.getToken(never)).toBe("token2");
    expect(exchanges()).toBe(2);
  });

  test("is used for half of a short lifetime, not exchanged at every call", async () => {
    const { source, advance } = createCounted({ lifeMs: 2 * MINUTE });
    await source.getToken(never);
    advance(MINUTE - 1);
    expect(await source.getToken(never)).toBe("token1");
    advance(1);
    expect(await source.getToken(never)).toBe("token2");
  });

  test("a hundred calls at once wait for one exchange", async () => {
    const { source, exchanges } = createCounted({ takesMs: 60 });
    const tokens = await Promise.all(Array.from({ length: 100 }, () => source.getToken(never)));
    expect(new Set(tokens)).toEqual(new Set(["token1"]));
    expect(exchanges()).toBe(1);
  });

  test("a refused token is dropped once, even if several calls had it", async () => {
    const { source, exchanges } = createCounted();
    const tokens = await Promise.all([
      source.getToken(never),
      source.getToken(never),
      source.getToken(never),
    ]);
    for (const token of tokens) source.dropToken(token);
    expect(await source.getToken(never)).toBe("token2");
    for (const token of tokens) source.dropToken(token);
    expect(await source.getToken(never)).toBe("token2");
    expect(exchanges()).toBe(2);
  });
});

describe("an exchange that fails", () => {
  test("fails for all waiting calls, and the next call tries again", async () => {
    const { source, exchanges } = createCounted({
      takesMs: 20,
      fail: (exchange) => (exchange === 1 ? new ChatError("upstream_error") : undefined),
    });
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, () => source.getToken(never)),
    );
    expect(results.map(({ status }) => status)).toEqual(Array(10).fill("rejected"));
    expect(exchanges()).toBe(1);
    expect(await source.getToken(never)).toBe("token2");
  });

  test("is not repeated for a minute if the credentials were refused", async () => {
    const { source, advance, exchanges } = createCounted({
      fail: () => new ChatError("upstream_auth"),
    });
    for (let call = 0; call < 5; call++)
      expect(await source.getToken(never).catch((error) => error.code)).toBe("upstream_auth");
    expect(exchanges()).toBe(1);
    advance(MINUTE);
    await source.getToken(never).catch(() => {});
    expect(exchanges()).toBe(2);
  });
});

describe("a caller that leaves", () => {
  test("stops waiting at once; the exchange goes on for the others", async () => {
    const { promise: exchanged, resolve: finish } = Promise.withResolvers<void>();
    const { source, exchanges } = createCounted({ until: exchanged });
    const leader = new AbortController();
    const follower = new AbortController();
    const left = Promise.allSettled([
      source.getToken(leader.signal),
      source.getToken(follower.signal),
    ]);
    const staying = source.getToken(never);
    await wait(10);
    leader.abort();
    follower.abort();
    const results = await left;
    expect(results.map((result) => result.status === "rejected" && result.reason.code)).toEqual([
      "cancelled",
      "cancelled",
    ]);
    finish();
    expect(await staying).toBe("token1");
    expect(exchanges()).toBe(1);
  });

  test("before the call began: no exchange", async () => {
    const { source, exchanges } = createCounted();
    expect(await source.getToken(AbortSignal.abort()).catch((error) => error.code)).toBe(
      "cancelled",
    );
    expect(exchanges()).toBe(0);
  });
});

test("a waiting call takes over an exchange that died with its request", async () => {
  let exchanges = 0;
  const source = createTokenSource(async () => {
    exchanges += 1;
    if (exchanges === 1) await new Promise(() => {});
    return { value: `token${exchanges}`, expiresAtMs: Date.now() + HOUR };
  }, Date.now);
  // As on workerd when a request ends early: its promises never settle and its timers never fire.
  const dead = setInterval(() => {}, HOUR);
  clearInterval(dead);
  const timers = spyOn(globalThis, "setInterval").mockReturnValue(dead);
  source.getToken(never).catch(() => {});
  timers.mockRestore();
  const tokens = await Promise.all([
    source.getToken(never),
    source.getToken(never),
    source.getToken(never),
  ]);
  expect(tokens).toEqual(["token2", "token2", "token2"]);
  expect(exchanges).toBe(2);
});
