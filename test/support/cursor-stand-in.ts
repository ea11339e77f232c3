import { createServer, type ServerResponse } from "node:http";
import { isJsonObject } from "../../src/json/json-object.ts";
import { type CheckSchema, loadOpenApi } from "./check-openapi.ts";

/** One event of a run's stream. Without `id` it has none, as `status`. */
export interface StreamEvent {
  event: string;
  id?: string;
  data?: unknown;
}

/**
 * One connection to a run's stream: its events (a number is a wait in milliseconds), and how it
 * ends.
 */
export interface StreamScript {
  events: readonly (StreamEvent | number)[];
  /** `close`: the connection ends; `break`: it breaks; `hang`: it stays open and silent. */
  end: "close" | "break" | "hang";
}

export interface Refusal {
  status: number;
  code: string;
  message?: string;
  headers?: Record<string, string>;
}

export interface CursorScript {
  /** Refuses the creation. */
  create?: Refusal;
  createDelayMs?: number;
  /** The connections to the stream, one after the other; the last one serves all further ones. */
  streams: readonly (StreamScript | Refusal)[];
  usage?: Record<string, number> | Refusal;
  /** One for each deletion that is to fail. */
  deletes?: readonly Refusal[];
}

export interface CursorCall {
  method: string;
  path: string;
  headers: Headers;
  body: unknown;
  /** Whether our side closed the connection before the answer's end. */
  closed: boolean;
}

export interface CursorStandIn {
  url: string;
  calls: CursorCall[];
  /** The agents that are there now. */
  agents: Set<string>;
  /**
   * Violations of the specification in either direction; always empty if the specification is
   * absent.
   */
  faults: string[];
  play(script: CursorScript): void;
  /** Waits until a call of this kind has been made. */
  waitFor(method: string, pathEnd: string): Promise<CursorCall>;
  stop(): Promise<void>;
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string | StreamScript;
}

export const hasCursorSpec = loadOpenApi("cloud-agents-openapi.yml") !== null;

/** Longest time that a call is waited for, on a busy machine. */
const PATIENCE_MS = 20_000;

export const RUN_ID = "run-00000000-0000-0000-0000-000000000001";
const TIME = "2026-04-13T18:30:00.000Z";

/** A server on loopback that answers as the Cloud Agents API says. */
export async function startCursorStandIn(): Promise<CursorStandIn> {
  const check: CheckSchema = loadOpenApi("cloud-agents-openapi.yml") ?? (() => []);
  const calls: CursorCall[] = [];
  const agents = new Set<string>();
  const faults: string[] = [];
  let script: CursorScript = { streams: [] };
  let streams = 0;
  let deletes = 0;

  function json(
    schema: string,
    body: unknown,
    status = 200,
    headers: Record<string, string> = {},
  ): Answer {
    faults.push(...check(schema, body));
    return {
      status,
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    };
  }
  function refuse({
    status,
    code,
    message = `says the stand-in: ${code}`,
    headers = {},
  }: Refusal): Answer {
    return json("Error", { error: { code, message } }, status, {
      "x-request-id": "req-stand-in",
      ...headers,
    });
  }

  async function createAgent(body: unknown): Promise<Answer> {
    faults.push(...check("CreateAgentRequest", body));
    if (script.createDelayMs) await Bun.sleep(script.createDelayMs);
    if (script.create) return refuse(script.create);
    const request = isJsonObject(body) ? body : {};
    const id = String(request.agentId);
    agents.add(id);
    const agent = {
      id,
      name: String(request.name),
      status: "ACTIVE",
      env: { type: "cloud" },
      url: `https://cursor.com/agents/${id}`,
      createdAt: TIME,
      updatedAt: TIME,
      latestRunId: RUN_ID,
      repos: [],
    };
    const run = { id: RUN_ID, agentId: id, status: "CREATING", createdAt: TIME, updatedAt: TIME };
    return json("CreateAgentResponse", { agent, run }, 201);
  }

  function streamRun(): Answer {
    const chosen = script.streams[Math.min(streams, script.streams.length - 1)];
    streams += 1;
    if (!chosen) return refuse({ status: 500, code: "internal_error" });
    if ("status" in chosen) return refuse(chosen);
    for (const item of chosen.events) {
      if (typeof item === "object" && item.event === "tool_call")
        faults.push(...check("RunStreamToolCallData", item.data));
    }
    const headers = {
      "content-type": "text/event-stream",
      "x-cursor-stream-retention-seconds": "3600",
    };
    return { status: 200, headers, body: chosen };
  }

  function readUsage(): Answer {
    const { usage } = script;
    if (!usage) return refuse({ status: 403, code: "feature_unavailable" });
    if ("code" in usage) return refuse({ status: 500, code: "internal_error", ...usage });
    return json("AgentUsageResponse", { totalUsage: usage, runs: [{ id: RUN_ID, usage }] });
  }

  function deleteAgent(id: string): Answer {
    const refusal = script.deletes?.[deletes];
    deletes += 1;
    if (refusal) return refuse(refusal);
    if (!agents.delete(id)) return refuse({ status: 404, code: "agent_not_found" });
    return json("IdResponse", { id });
  }

  function answer(call: CursorCall): Answer | Promise<Answer> {
    if (call.headers.get("authorization") !== "Bearer crsr_test")
      return refuse({ status: 401, code: "unauthorized" });
    const [, version, collection, id = "", ...rest] = call.path.split("?")[0]?.split("/") ?? [];
    if (version !== "v1" || collection !== "agents")
      return refuse({ status: 404, code: "agent_not_found" });
    const route = `${call.method} ${[id === "" ? "" : "{id}", ...rest].join("/").replace(RUN_ID, "{run}")}`;
    if (route === "POST ") return createAgent(call.body);
    if (!agents.has(id) && route !== "DELETE {id}")
      return refuse({ status: 404, code: "agent_not_found" });
    switch (route) {
      case "GET {id}/runs/{run}/stream":
        return streamRun();
      case "POST {id}/runs/{run}/cancel":
        return json("IdResponse", { id: RUN_ID });
      case "GET {id}/usage":
        return readUsage();
      case "DELETE {id}":
        return deleteAgent(id);
      default:
        return refuse({ status: 404, code: "run_not_found" });
    }
  }

  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const call: CursorCall = {
      method: request.method ?? "",
      path: request.url ?? "",
      headers: new Headers(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      ),
      body: text === "" ? undefined : JSON.parse(text),
      closed: false,
    };
    response.on("close", () => {
      call.closed = !response.writableFinished;
    });
    calls.push(call);
    const { status, headers, body } = await answer(call);
    response.writeHead(status, headers);
    if (typeof body === "string") response.end(body);
    else await playStream(body, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;

  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    agents,
    faults,
    play(next) {
      script = next;
      streams = 0;
      deletes = 0;
      calls.length = 0;
    },
    async waitFor(method, pathEnd) {
      for (
        const end = performance.now() + PATIENCE_MS;
        performance.now() < end;
        await Bun.sleep(5)
      ) {
        const call = calls.find((made) => made.method === method && made.path.endsWith(pathEnd));
        if (call) return call;
      }
      throw new Error(
        `no ${method} …${pathEnd} within ${PATIENCE_MS} ms; there were ${calls.map(({ method: m, path }) => `${m} ${path}`).join(", ")}`,
      );
    },
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function playStream({ events, end }: StreamScript, response: ServerResponse): Promise<void> {
  response.flushHeaders();
  for (const item of events) {
    if (typeof item === "number") await Bun.sleep(item);
    else response.write(writeEvent(item));
  }
  if (end === "close") response.end();
  if (end !== "break") return;
  // What was written before has to go out first.
  await Bun.sleep(20);
  response.destroy();
}

function writeEvent({ event, id, data = {} }: StreamEvent): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
