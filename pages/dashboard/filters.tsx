import { GROUPS, type Group, METRIC_NAMES, METRICS, type Metric, type Range } from "./usage.ts";

export interface Selection {
  readonly range: Range;
  readonly group: Group;
  readonly metric: Metric;
}

/** The reader's day, `YYYY-MM-DD`, this many days ago. */
export function daysAgo(count: number): string {
  const date = new Date();
  date.setDate(date.getDate() - count);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

const PRESETS = [
  ["Today", 0],
  ["7 days", 6],
  ["30 days", 29],
  ["90 days", 89],
] as const;

interface FiltersProps {
  readonly selection: Selection;
  onChange(selection: Selection): void;
}

export function Filters({ selection, onChange }: FiltersProps) {
  const { range, group, metric } = selection;
  return (
    <form class="filters card" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
      <fieldset class="segments">
        <legend>Range</legend>
        {PRESETS.map(([name, days]) => {
          const preset = { from: daysAgo(days), to: daysAgo(0) };
          const pressed = range.from === preset.from && range.to === preset.to;
          return (
            <button
              key={name}
              type="button"
              aria-pressed={pressed}
              onClick={() => onChange({ ...selection, range: preset })}
            >
              {name}
            </button>
          );
        })}
      </fieldset>
      <label>
        From
        <input
          type="date"
          value={range.from}
          max={range.to}
          onChange={({ currentTarget: { value } }) => {
            if (value !== "") onChange({ ...selection, range: { ...range, from: value } });
          }}
        />
      </label>
      <label>
        To
        <input
          type="date"
          value={range.to}
          min={range.from}
          onChange={({ currentTarget: { value } }) => {
            if (value !== "") onChange({ ...selection, range: { ...range, to: value } });
          }}
        />
      </label>
      <label>
        By
        <select
          value={group}
          onChange={({ currentTarget: { value } }) => {
            const next = GROUPS.find((name) => name === value);
            if (next) onChange({ ...selection, group: next });
          }}
        >
          {GROUPS.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        Show
        <select
          value={metric}
          onChange={({ currentTarget: { value } }) => {
            const next = METRICS.find((name) => name === value);
            if (next) onChange({ ...selection, metric: next });
          }}
        >
          {METRICS.map((name) => (
            <option key={name} value={name}>
              {METRIC_NAMES[name]}
            </option>
          ))}
        </select>
      </label>
    </form>
  );
}
