import type { ServerState } from "./usage.ts";

/** How the server itself does: its stores, and the targets that it tries last. */
export function StateCard({ state }: { readonly state: ServerState }) {
  const facts = [
    ["Store of limits", state.isStoreDown ? "cannot be reached" : "ok", state.isStoreDown],
    ["Ledger", LEDGER[state.ledger], state.ledger === "failing"],
    [
      "Targets that keep failing",
      state.openTargets.length === 0 ? "none" : state.openTargets.join(", "),
      state.openTargets.length > 0,
    ],
    ["Version", `${state.version} on ${state.runtime}`, false],
  ] as const;
  return (
    <section class="card" aria-label="Server">
      <h2>Server</h2>
      <dl class="facts">
        {facts.map(([name, value, isBad]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class={isBad ? "bad" : undefined}>{value}</dd>
          </div>
        ))}
      </dl>
      {state.openTargets.length > 0 && (
        <p class="soft">
          Calls with fallbacks try these last; now and then one call probes whether they are back.
        </p>
      )}
      {state.isStoreDown && (
        <p class="soft">Until it is back, each process counts rates for itself.</p>
      )}
    </section>
  );
}

const LEDGER: Readonly<Record<ServerState["ledger"], string>> = {
  ok: "ok",
  failing: "cannot be written",
  none: "off",
};
