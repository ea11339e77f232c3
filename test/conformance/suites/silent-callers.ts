import { describe, expect, test } from "bun:test";
import { mintTestToken } from "../../support/chat-client.ts";
import { openRawConnection, type RawConnection } from "../../support/raw-http.ts";
import { until } from "../../support/until.ts";
import type { Conformance } from "../conformance.ts";

/** Longer than any runtime waits: Bun 30 s, workerd 15 s, Deno 16 s, and 5 s more once refused. */
const PATIENCE_MS = 50_000;

function headOf(token: string): string {
  return [
    "POST /chat HTTP/1.1",
    "host: localhost",
    `authorization: Bearer ${token}`,
    "content-type: application/json",
    "content-length: 100",
    "",
    "",
  ].join("\r\n");
}

/**
 * Callers who connect and then send nothing more: their connections are closed. They connect when
 * the suites are registered, and are looked at after all other suites.
 */
export function describeSilentCallers({ main }: Conformance): void {
  const connect = (text: string): RawConnection => {
    const connection = openRawConnection(main.server.url);
    if (text !== "") void connection.write(text);
    return connection;
  };
  const token = mintTestToken();
  const callers: [name: string, connection: Promise<RawConnection>, status?: number][] = [
    ["nothing", Promise.resolve(connect(""))],
    ["half a head", Promise.resolve(connect("POST /chat HTTP/1.1\r\nhost: local"))],
    ["a head without its body", token.then((valid) => connect(headOf(valid))), 408],
    ["a head without a token or its body", Promise.resolve(connect(headOf("none"))), 401],
  ];

  describe("a caller who sends", () => {
    for (const [name, opened, status] of callers) {
      test(
        `${name} loses the connection`,
        async () => {
          const connection = await opened;
          await until("the connection is closed", connection.closed);
          if (status !== undefined) expect((await connection.answer).status).toBe(status);
        },
        PATIENCE_MS + 10_000,
      );
    }
  });
}
