/** One event of the native stream. */
export interface Event {
  readonly id: number | null;
  readonly type: string;
  readonly data: Record<string, unknown>;
}

export interface CallerOptions {
  readonly token: string;
  readonly body: object;
  readonly headers?: Record<string, string>;
  /** After so many events the connection is dropped, each time; then all are read. */
  readonly drops: readonly number[];
  /** The server for each try. */
  server(attempt: number): string;
  /** Told when the answer has begun to come. */
  onBegin?(): void;
}

export interface Told {
  readonly id: string;
  readonly events: readonly Event[];
  /** The status with which the server said that it cannot go on; null if the stream has its end. */
  readonly refused: number | null;
  readonly connections: number;
}

const TERMINAL = new Set(["done", "error", "cancelled"]);
const GIVE_UP_MS = 60_000;

/** Asks for a stream, loses its connection, and resumes, until it has an end or is refused. */
export async function askAndResume(options: CallerOptions): Promise<Told> {
  const { token, body, drops } = options;
  const events: Event[] = [];
  let id = "";
  const giveUpAt = performance.now() + GIVE_UP_MS;
  for (let attempt = 0; performance.now() < giveUpAt; attempt += 1) {
    const leaving = new AbortController();
    const authorization = `Bearer ${token}`;
    const last = events.findLast((event) => event.id !== null)?.id ?? 0;
    try {
      const response =
        id === ""
          ? await fetch(`${options.server(attempt)}/chat`, {
              method: "POST",
              headers: { authorization, "content-type": "application/json", ...options.headers },
              body: JSON.stringify(body),
              signal: leaving.signal,
            })
          : await fetch(`${options.server(attempt)}/chat/${id}/events`, {
              headers: { authorization, "last-event-id": String(last) },
              signal: leaving.signal,
            });
      const isPassing = response.status >= 500;
      if (!isPassing && response.status !== 200) {
        await response.body?.cancel();
        return { id, events, refused: response.status, connections: attempt + 1 };
      }
      if (!isPassing) {
        if (id === "") options.onBegin?.();
        id = response.headers.get("x-request-id") ?? id;
        await readEvents(response, drops[attempt] ?? Infinity, events, leaving);
        const end = events.at(-1);
        if (end && TERMINAL.has(end.type))
          return { id, events, refused: null, connections: attempt + 1 };
      }
    } catch {
      // The connection is lost, or refused.
    }
    await Bun.sleep(50);
  }
  throw new Error(`no end after ${events.length} events`);
}

async function readEvents(
  response: Response,
  count: number,
  events: Event[],
  leaving: AbortController,
): Promise<void> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let seen = 0;
  for (;;) {
    const { value = "", done } = (await reader?.read()) ?? { done: true };
    rest += value;
    const blocks = rest.split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const event = readEvent(block);
      if (!event) continue;
      events.push(event);
      seen += 1;
      if (seen < count || TERMINAL.has(event.type)) continue;
      leaving.abort();
      return;
    }
    if (done) return;
  }
}

function readEvent(block: string): Event | null {
  const type = /^event: (.*)$/m.exec(block)?.[1];
  const data = /^data: (.*)$/m.exec(block)?.[1];
  if (type === undefined || data === undefined) return null;
  const id = /^id: (.*)$/m.exec(block)?.[1];
  return { type, id: id === undefined ? null : Number(id), data: JSON.parse(data) };
}
