import type { Warning } from "../chat/event.ts";
import type { Extras, Format } from "../chat/format.ts";
import type { ModelInfo, Parameter } from "../chat/model.ts";
import type { Provider } from "../providers/provider.ts";

/** What the target supports, and the warnings about what it does not. */
export interface Fit {
  readonly format: Format | null;
  takes(parameter: Parameter): boolean;
  /** Warns that the value at this path was not sent. */
  drop(param: string, reason?: string): void;
  /** Warns that the value at this path was sent in another form. */
  adjust(param: string, reason: string): void;
  warn(code: Warning["code"], param: string, message: string): void;
  /** Records fields of other formats, for one warning per format. They are never sent. */
  noteForeignExtras(extras: Extras, path: () => string): void;
}

/** What a request is fitted to. */
export interface FitTarget {
  readonly provider: Pick<Provider, "name" | "format" | "capabilities" | "toolNames">;
  readonly model: ModelInfo;
}

interface ForeignExtras {
  path: string;
  fields: string[];
  places: number;
}

export function createFit(
  { provider, model }: FitTarget,
  isReasoningOff: () => boolean,
  warn: (warning: Warning) => void,
): Fit & { reportForeignExtras(): void } {
  const { capabilities, format } = provider;
  const name = `${provider.name} ${model.id}`;
  let foreign: Map<string, ForeignExtras> | undefined;

  return {
    format,
    takes(parameter) {
      if (capabilities[parameter] === "dropped" || model.refuses?.includes(parameter)) return false;
      return !model.refuses_while_reasoning?.includes(parameter) || isReasoningOff();
    },
    drop(param, reason = "does not support this") {
      warn({ code: "unsupported_parameter", param, message: `${name} ${reason}.` });
    },
    adjust(param, reason) {
      warn({ code: "adjusted_parameter", param, message: `${name} ${reason}.` });
    },
    warn(code, param, message) {
      warn({ code, param, message });
    },
    noteForeignExtras(extras, path) {
      for (const [owner, fields] of Object.entries(extras)) {
        if (owner === format) continue;
        const names = Object.keys(fields).filter((field) => !field.startsWith("$"));
        if (names.length === 0) continue;
        const seen = foreign?.get(owner);
        if (seen) seen.places += 1;
        else {
          foreign ??= new Map();
          foreign.set(owner, { path: path(), fields: names, places: 1 });
        }
      }
    },
    reportForeignExtras() {
      if (!foreign) return;
      for (const [owner, { path, fields, places }] of foreign) {
        const others =
          places > 1 ? ` and in ${places - 1} other place${places > 2 ? "s" : ""}` : "";
        // The first of the fields: a caller of this format wrote no field that has them all.
        const param = `${path === "" ? "" : `${path}.`}extras.${owner}.${fields[0]}`;
        const list = fields.join(", ").slice(0, 200);
        warn({
          code: "foreign_content_dropped",
          param,
          message: `Fields of the ${owner} format are not sent to ${name}: ${list} here${others}.`,
        });
      }
    },
  };
}
