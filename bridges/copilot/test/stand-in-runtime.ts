import { randomUUID } from "node:crypto";
import { createServer, type Socket } from "node:net";
import type { ModelInfo } from "@github/copilot-sdk";
import type {
  AbortResult,
  PingResult,
  SendRequest,
  SendResult,
} from "../node_modules/@github/copilot-sdk/dist/generated/rpc.js";
import type { AnswerEvent } from "../src/read-events.ts";

/** What a session does when it is sent a message: events, and waits in milliseconds. */
export type Step = number | AnswerEvent;

export interface Scene {
  steps?: readonly Step[];
  /** The same by the model of the session; `steps` are for the others. */
  stepsByModel?: Readonly<Record<string, readonly Step[]>>;
  /** An error in place of the session. */
  refuseSession?: string;
  models?: readonly ModelInfo[] | null;
  isAuthenticated?: boolean;
  createDelayMs?: number;
  /** Closes the connection after the steps, as a runtime does that breaks down. */
  breaksDown?: boolean;
}

export interface SessionRecord {
  id: string;
  config: Record<string, unknown>;
  sent: (SendRequest & { sessionId: string })[];
  aborted: boolean;
  deleted: boolean;
}

export interface StandInRuntime {
  /** `host:port` */
  address: string;
  sessions: SessionRecord[];
  /** The parameters of the first call on each connection. */
  connections: Record<string, unknown>[];
  play(scene: Scene): void;
  stop(): Promise<void>;
}

type Params = Record<string, unknown>;

/** Copilot's runtime as the SDK sees it: JSON-RPC 2.0 over TCP, framed by `Content-Length`. */
export async function startStandInRuntime(): Promise<StandInRuntime> {
  let scene: Scene = {};
  const sessions: SessionRecord[] = [];
  const connections: Params[] = [];
  const sockets = new Set<Socket>();

  async function playSteps(session: SessionRecord, socket: Socket): Promise<void> {
    for (const step of scene.stepsByModel?.[String(session.config.model)] ?? scene.steps ?? []) {
      if (typeof step === "number") await Bun.sleep(step);
      else if (!session.aborted && !session.deleted) {
        const event = {
          id: randomUUID(),
          parentId: null,
          timestamp: new Date().toISOString(),
          ...step,
        };
        send(socket, { method: "session.event", params: { sessionId: session.id, event } });
      }
    }
    if (scene.breaksDown) socket.destroy();
  }

  async function createSession(params: Params): Promise<unknown> {
    if (scene.createDelayMs) await Bun.sleep(scene.createDelayMs);
    if (scene.refuseSession !== undefined) throw new Error(scene.refuseSession);
    const id = String(params.sessionId);
    sessions.push({ id, config: params, sent: [], aborted: false, deleted: false });
    return { sessionId: id, capabilities: {} };
  }

  async function answer(method: string, params: Params, socket: Socket): Promise<unknown> {
    const session = sessions.find(({ id }) => id === params.sessionId);
    switch (method) {
      case "connect":
        connections.push(params);
        return { ok: true, protocolVersion: 3, version: "0.0.0" };
      case "ping":
        return {
          message: "pong",
          timestamp: new Date().toISOString(),
          protocolVersion: 3,
        } satisfies PingResult;
      case "auth.getStatus":
        return { isAuthenticated: scene.isAuthenticated ?? true };
      case "models.list":
        if (scene.models === null || scene.models === undefined)
          throw new Error("Not authenticated. Please authenticate first.");
        return { models: scene.models };
      case "session.create":
        return createSession(params);
      case "session.options.update":
        return { success: true };
      case "session.send": {
        if (!session) throw new Error("Session not found");
        session.sent.push({ ...params, sessionId: session.id, prompt: String(params.prompt) });
        void playSteps(session, socket);
        return { messageId: randomUUID() } satisfies SendResult;
      }
      case "session.abort":
        if (session) session.aborted = true;
        return { success: session !== undefined } satisfies AbortResult;
      case "session.delete":
        if (session) session.deleted = true;
        return { success: session !== undefined };
      case "session.detach":
        return { success: true };
      default:
        throw new Error(`Unhandled method ${method}`);
    }
  }

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    readMessages(socket, (message) => {
      if (typeof message.id !== "number" && typeof message.id !== "string") return;
      const { id, method, params } = message;
      answer(String(method), isParams(params) ? params : {}, socket).then(
        (result) => send(socket, { id, result }),
        (error: unknown) =>
          send(socket, {
            id,
            error: { code: -32603, message: error instanceof Error ? error.message : "" },
          }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();

  return {
    address: `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    sessions,
    connections,
    play(next) {
      scene = next;
      sessions.length = 0;
    },
    stop() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function isParams(value: unknown): value is Params {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function send(socket: Socket, message: Params): void {
  const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
  if (socket.writable)
    socket.write(Buffer.concat([Buffer.from(`Content-Length: ${body.byteLength}\r\n\r\n`), body]));
}

function readMessages(socket: Socket, onMessage: (message: Params) => void): void {
  let buffer = Buffer.alloc(0);
  socket.on("data", (bytes) => {
    buffer = Buffer.concat([buffer, typeof bytes === "string" ? Buffer.from(bytes) : bytes]);
    for (;;) {
      const headEnd = buffer.indexOf("\r\n\r\n");
      if (headEnd === -1) return;
      const length = Number(
        /content-length: (\d+)/i.exec(buffer.subarray(0, headEnd).toString())?.[1],
      );
      const end = headEnd + 4 + length;
      if (buffer.byteLength < end) return;
      const message: unknown = JSON.parse(buffer.subarray(headEnd + 4, end).toString());
      buffer = buffer.subarray(end);
      if (isParams(message)) onMessage(message);
    }
  });
}
