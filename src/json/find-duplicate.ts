import { findStringEnd } from "./scan-structure.ts";

/** An object or list that is still open at the current position. */
interface Frame {
  /** The names seen so far; null for a list. */
  names: Set<string> | null;
  /** The name or index of the member that is being read. */
  step: string | number;
  expectsName: boolean;
}

/** Other names are not repeated to the caller. */
const PLAIN_NAME = /^[\w$-]{1,64}$/;

/**
 * The path of the first name that occurs twice in one object, as `messages[0].role`; null if there
 * is none. Escapes in names are resolved before comparing. The text must be valid JSON. This slow
 * search runs only after a duplicate has been detected.
 */
export function findDuplicateName(text: string): string | null {
  const open: Frame[] = [];
  for (let at = 0; at < text.length; at++) {
    const frame = open.at(-1);
    switch (text.charAt(at)) {
      case "{":
        open.push({ names: new Set(), step: "", expectsName: true });
        break;
      case "[":
        open.push({ names: null, step: 0, expectsName: false });
        break;
      case "}":
      case "]":
        open.pop();
        break;
      case ",":
        if (frame?.names) frame.expectsName = true;
        else if (typeof frame?.step === "number") frame.step++;
        break;
      case '"': {
        const end = findStringEnd(text, at);
        if (frame?.names && frame.expectsName) {
          const name = readName(text.slice(at + 1, end));
          frame.step = name;
          frame.expectsName = false;
          if (frame.names.has(name)) return formatSteps(open);
          frame.names.add(name);
        }
        at = end;
        break;
      }
    }
  }
  return null;
}

function readName(escaped: string): string {
  return escaped.includes("\\") ? String(JSON.parse(`"${escaped}"`)) : escaped;
}

function formatSteps(open: readonly Frame[]): string {
  let path = "";
  for (const { step } of open) {
    if (typeof step === "number") path += `[${step}]`;
    else if (PLAIN_NAME.test(step)) path += path === "" ? step : `.${step}`;
    else return path;
  }
  return path;
}
