import type { App } from "../app.ts";
import type { Config } from "../config.ts";
import type { Background } from "./background.ts";

export type StopSignal = "SIGTERM" | "SIGINT";

export interface Listener {
  readonly port: number;
  /** Accepts no new connection; settles when the last answer has ended. */
  stop(): Promise<void>;
}

export interface Stoppable {
  readonly config: Pick<Config, "SHUTDOWN_GRACE_MS" | "SHUTDOWN_DELAY_MS">;
  readonly app: Pick<App, "drain" | "shutDown" | "close">;
  readonly background: Background;
  /** Undefined until the server listens. */
  listener(): Listener | undefined;
  exit(code: number): void;
}

/** How long the last events of the streams that are cut may take to go out. */
const LAST_WORDS_MS = 1000;
/** The same after a second signal. */
const HURRIED_LAST_WORDS_MS = 100;
/** How long what recorders still hold may take to be written. */
const CLOSE_MS = 3000;

/**
 * What happens at a signal. First the server says that it is about to stop and goes on listening
 * for SHUTDOWN_DELAY_MS, until load balancers have noticed: a listener that closes at once resets
 * the connections that wait to be accepted (seen on Bun 1.4: 29 to 36 of 64). Then running calls
 * may go on to the end of the grace, and those that are left end with `shutting_down`. SIGINT comes
 * from a terminal and has no delay. A second signal ends the running calls now, a third one the
 * program.
 */
export function createStop(server: Stoppable): (signal: StopSignal) => void {
  const { config, app, background, exit } = server;
  let signals = 0;

  function cut(lastWordsMs: number): void {
    app.shutDown();
    // Clients that are still sending or not reading are not waited for.
    setTimeout(leave, lastWordsMs);
  }

  function leave(): void {
    setTimeout(() => exit(0), CLOSE_MS);
    const end = () => exit(0);
    app.close().then(end, end);
  }

  async function stopGracefully(listener: Listener, delayMs: number): Promise<void> {
    app.drain();
    setTimeout(() => cut(LAST_WORDS_MS), config.SHUTDOWN_GRACE_MS);
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    await listener.stop();
    await background.drain();
    leave();
  }

  return (signal) => {
    signals += 1;
    const listener = server.listener();
    if (!listener || signals > 2) exit(0);
    else if (signals === 2) cut(HURRIED_LAST_WORDS_MS);
    else {
      const delayMs = signal === "SIGINT" ? 0 : config.SHUTDOWN_DELAY_MS;
      void stopGracefully(listener, Math.min(delayMs, config.SHUTDOWN_GRACE_MS));
    }
  };
}
