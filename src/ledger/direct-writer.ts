import type { Writer, WriterOptions } from "./writer.ts";

/** Between two tries, in milliseconds. */
const RETRY_DELAYS_MS = [100, 500, 2000];

/** Writes each call when it ends, for a runtime that may end with the request. */
export function createDirectWriter({ write, randomId }: WriterOptions): Writer {
  let queued = 0;
  let written = 0;
  let dropped = 0;

  return {
    async add(call) {
      const batch = { id: randomId(), calls: [call] };
      queued += 1;
      for (let tries = 0; ; tries += 1) {
        try {
          await write(batch, tries > 0);
          written += 1;
          break;
        } catch {
          const delay = RETRY_DELAYS_MS[tries];
          if (delay === undefined) {
            dropped += 1;
            break;
          }
          await new Promise((resolve) => setTimeout(resolve, delay));
        }
      }
      queued -= 1;
    },
    status: () => ({ queued, written, dropped }),
    close: () => Promise.resolve(),
  };
}
