import { isJsonObject } from "../../json/json-object.ts";
import type { PartialArg } from "./answer.ts";

type Segment = string | number;

/** An object or list that is still open. */
interface Container {
  /** Its name or index in the container around it. */
  segment: Segment;
  isList: boolean;
  /** The names that it has so far, or the number of its items. */
  names: Set<string>;
  count: number;
}

export interface ArgumentsDecoder {
  /** The next fragment of the JSON text. */
  decode(partialArgs: unknown): string;
  /** The text that closes what is open. */
  end(): string;
}

/**
 * Streamed function-call arguments → fragments of one JSON text. Google names each value by its
 * path and sends the arguments in order, so a container is closed as soon as a path leads out of
 * it. A path that leads back into a closed one is an error.
 */
export function createArgumentsDecoder(): ArgumentsDecoder {
  const open: Container[] = [];
  let openString: string | null = null;

  /** The comma and the name that precede a value. */
  function place(segment: Segment): string {
    const container = open[open.length - 1];
    if (!container || container.isList !== (typeof segment === "number"))
      throw new Error("a path does not fit its container");
    const comma = container.count > 0 ? "," : "";
    const taken =
      typeof segment === "number" ? segment !== container.count : container.names.has(segment);
    if (taken) throw new Error("a path is out of order");
    container.count += 1;
    if (typeof segment === "number") return comma;
    container.names.add(segment);
    return `${comma}${JSON.stringify(segment)}:`;
  }

  function enter(segment: Segment, isList: boolean): string {
    open.push({ segment, isList, names: new Set(), count: 0 });
    return isList ? "[" : "{";
  }

  function leaveTo(depth: number): string {
    let text = "";
    while (open.length > depth) text += open.pop()?.isList ? "]" : "}";
    return text;
  }

  function endString(): string {
    if (openString === null) return "";
    openString = null;
    return '"';
  }

  /** Closes and opens containers until a value can be added at this path. */
  function goTo(path: readonly Segment[]): string {
    let text = open.length === 0 ? enter("$", false) : "";
    let depth = 1;
    while (depth < open.length && depth < path.length && open[depth]?.segment === path[depth - 1])
      depth += 1;
    text += leaveTo(depth);
    path.forEach((segment, at) => {
      if (at < depth - 1) return;
      text += place(segment);
      if (at < path.length - 1) text += enter(segment, typeof path[at + 1] === "number");
    });
    return text;
  }

  function decodeValue({ jsonPath, ...value }: PartialArg): string {
    if (typeof jsonPath !== "string") throw new Error("an argument has no path");
    const piece = value.stringValue;
    if (typeof piece === "string") {
      // Each piece of a string can be escaped separately, even if a surrogate pair is split.
      const escaped = JSON.stringify(piece).slice(1, -1);
      const before = openString === jsonPath ? "" : `${endString()}${goTo(parsePath(jsonPath))}"`;
      openString = jsonPath;
      return before + escaped + (value.willContinue === true ? "" : endString());
    }
    const scalar = value.numberValue ?? value.boolValue;
    const known =
      typeof scalar === "number" || typeof scalar === "boolean" || value.nullValue !== undefined;
    return known
      ? `${endString()}${goTo(parsePath(jsonPath))}${JSON.stringify(scalar ?? null)}`
      : "";
  }

  return {
    decode(partialArgs) {
      if (!Array.isArray(partialArgs)) return "";
      let text = "";
      for (const partial of partialArgs) if (isJsonObject(partial)) text += decodeValue(partial);
      return text;
    },
    end() {
      const text = open.length === 0 ? enter("$", false) : "";
      return text + endString() + leaveTo(0);
    },
  };
}

/** Parses a normalized path (RFC 9535, 2.7) or its short form: `$['a'][0]`, `$.a[0]`. */
function parsePath(path: string): Segment[] {
  const segments: Segment[] = [];
  let rest = path.replace(/^\$/, "");
  while (rest !== "") {
    const match =
      /^(?:\.([^.[\]]+)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\])/.exec(rest);
    if (!match) throw new Error("a path is not valid");
    const [whole, name, index, quoted, doubleQuoted] = match;
    segments.push(
      index === undefined ? (name ?? dropEscapes(quoted ?? doubleQuoted ?? "")) : Number(index),
    );
    rest = rest.slice(whole.length);
  }
  if (segments.length === 0) throw new Error("a path has no segments");
  return segments;
}

function dropEscapes(name: string): string {
  return name.replace(/\\(.)/g, "$1");
}
