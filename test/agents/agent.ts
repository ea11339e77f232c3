import type { JsonObject } from "../../src/json/json-object.ts";

/** A call of the server under test. */
export interface AgentCall {
  serverUrl: string;
  token: string;
  model: string;
  prompt: string;
  /** An empty folder that is the agent's home. */
  home: string;
  /** What it wrote to standard output in the turn that this one goes on from. */
  earlier?: string;
}

/** A coding agent as people use it, without a change. */
export interface Agent {
  name: string;
  /** Exact, so that a run is the same tomorrow. */
  package: string;
  /** The name of its program. */
  program: string;
  /**
   * The vendor whose own format it speaks. There is nothing to translate: what the agent sends is
   * what the vendor gets.
   */
  ownVendor: "claude" | "openai" | "plain";
  /** What the program is started with; files that it reads are written into `home`. */
  start(call: AgentCall): { arguments: string[]; env: Record<string, string> };
  /**
   * The name of its tool that runs a command, as a vendor is offered it, in a request's text;
   * undefined if it offers none.
   */
  findTool(request: string): string | undefined;
  /** The tool's arguments for a command. */
  runCommand(tool: string, command: string): JsonObject;
  /** The last answer's text, from what it writes to standard output. */
  readResult(output: string): string;
}

/** Finds a tool by its name, in the request of any vendor. */
export function toolNamed(name: string): Agent["findTool"] {
  return (request) => (request.includes(`"name":"${name}"`) ? name : undefined);
}
