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
  target: FitTarget,
  isReasoningOff: () => boolean,
  warn: (warning: Warning) => void,
): TargetFit {
  return new TargetFit(target, isReasoningOff, warn);
}

/** A class, because each attempt makes one and asks little of it. */
class TargetFit implements Fit {
  readonly format: Format | null;
  readonly #target: FitTarget;
  readonly #isReasoningOff: () => boolean;
  readonly #warn: (warning: Warning) => void;
  #foreign: Map<string, ForeignExtras> | undefined;

  constructor(target: FitTarget, isReasoningOff: () => boolean, warn: (warning: Warning) => void) {
    this.format = target.provider.format;
    this.#target = target;
    this.#isReasoningOff = isReasoningOff;
    this.#warn = warn;
  }

  takes(parameter: Parameter): boolean {
    const { provider, model } = this.#target;
    if (provider.capabilities[parameter] === "dropped" || model.refuses?.includes(parameter))
      return false;
    return !model.refuses_while_reasoning?.includes(parameter) || this.#isReasoningOff();
  }

  drop(param: string, reason = "does not support this"): void {
    this.warn("unsupported_parameter", param, `${this.#name()} ${reason}.`);
  }

  adjust(param: string, reason: string): void {
    this.warn("adjusted_parameter", param, `${this.#name()} ${reason}.`);
  }

  warn(code: Warning["code"], param: string, message: string): void {
    this.#warn({ code, param, message });
  }

  noteForeignExtras(extras: Extras, path: () => string): void {
    for (const [owner, fields] of Object.entries(extras)) {
      if (owner === this.format) continue;
      const names = Object.keys(fields).filter((field) => !field.startsWith("$"));
      if (names.length === 0) continue;
      const seen = this.#foreign?.get(owner);
      if (seen) seen.places += 1;
      else {
        this.#foreign ??= new Map();
        this.#foreign.set(owner, { path: path(), fields: names, places: 1 });
      }
    }
  }

  reportForeignExtras(): void {
    if (!this.#foreign) return;
    for (const [owner, { path, fields, places }] of this.#foreign) {
      const others = places > 1 ? ` and in ${places - 1} other place${places > 2 ? "s" : ""}` : "";
      // The first of the fields: a caller of this format wrote no field that has them all.
      const param = `${path === "" ? "" : `${path}.`}extras.${owner}.${fields[0]}`;
      const list = fields.join(", ").slice(0, 200);
      this.warn(
        "foreign_content_dropped",
        param,
        `Fields of the ${owner} format are not sent to ${this.#name()}: ${list} here${others}.`,
      );
    }
  }

  #name(): string {
    const { provider, model } = this.#target;
    return `${provider.name} ${model.id}`;
  }
}
