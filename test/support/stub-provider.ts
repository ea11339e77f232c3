import type { EventBatch, EventStream } from "../../src/chat/event.ts";
import { type Capability, PARAMETERS, type Parameter } from "../../src/chat/model.ts";
import type { Provider } from "../../src/providers/provider.ts";

const everything = Object.fromEntries(PARAMETERS.map((name) => [name, "native"])) as Record<
  Parameter,
  Capability
>;

/** The capabilities of a vendor that takes everything but these. */
export function capabilitiesWithout(...dropped: Parameter[]): Record<Parameter, Capability> {
  return { ...everything, ...Object.fromEntries(dropped.map((name) => [name, "dropped"])) };
}

/** A provider that takes everything; the test sets its answer. */
export function createStubProvider(overrides: Partial<Provider> = {}): Provider {
  return {
    name: "stub",
    aliases: [],
    format: "anthropic",
    defaultModel: "stub-model",
    available: true,
    capabilities: everything,
    open: () => Promise.resolve(playEvents([])),
    ...overrides,
  };
}

/** A stream of these batches; `closed` is whether it was closed. */
export function playEvents(
  batches: readonly EventBatch[],
): EventStream & { closed: boolean; reads: number } {
  const stream = {
    format: "anthropic" as const,
    closed: false,
    reads: 0,
    read() {
      const batch = batches[stream.reads] ?? null;
      stream.reads += 1;
      return Promise.resolve(batch);
    },
    close() {
      stream.closed = true;
    },
  };
  return stream;
}
