import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";

export interface Series {
  readonly name: string;
  readonly values: readonly number[];
}

interface ChartProps {
  /** What it shows, in a sentence: the table beside it has the figures. */
  readonly label: string;
  /** The ends of the periods, in seconds since 1970. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  format(value: number): string;
}

const HEIGHT = 240;
const DAY_SECONDS = 24 * 3600;
/** Between two marks of an axis of days: never hours, of which there are no figures. */
const DAY_STEPS = [1, 2, 4, 7, 14, 28, 56].map((days) => days * DAY_SECONDS);
/** Told apart without colour too. */
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3], [4, 4], [1, 4], [12, 6]];

/** Lines over time. The canvas is for the eye alone, so it is described and has a table beside it. */
export function Chart({ label, times, series, format }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const dark = matchMedia("(prefers-color-scheme: dark)");
    let plot: uPlot | undefined;

    function draw(): void {
      if (!element) return;
      plot?.destroy();
      const ink = resolveColor(element, "--soft");
      const line = resolveColor(element, "--line");
      const axis = {
        stroke: ink,
        grid: { stroke: line, width: 1 },
        ticks: { stroke: line, width: 1 },
      };
      plot = new uPlot(
        {
          width: element.clientWidth,
          height: HEIGHT,
          legend: { show: false },
          cursor: { y: false },
          scales: { y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.05 : 1] } },
          axes: [
            isDaily(times) ? { ...axis, incrs: DAY_STEPS } : axis,
            { ...axis, size: 68, values: (_plot, ticks) => ticks.map(format) },
          ],
          series: [
            {},
            ...series.map((one, index) => ({
              label: one.name,
              stroke: resolveColor(element, `--series-${index + 1}`),
              width: 2,
              dash: DASHES[index] ?? [],
              points: { show: times.length < 40, size: 6 },
            })),
          ],
        },
        [[...times], ...series.map(({ values }) => [...values])],
        element,
      );
    }

    const resize = new ResizeObserver(() =>
      plot?.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    draw();
    resize.observe(element);
    dark.addEventListener("change", draw);
    return () => {
      resize.disconnect();
      dark.removeEventListener("change", draw);
      plot?.destroy();
    };
  }, [times, series, format]);

  return (
    <figure class="chart">
      <div ref={place} role="img" aria-label={label} />
      <figcaption>
        <ul class="legend">
          {series.map(({ name }, index) => (
            <li key={name} data-series={index + 1}>
              {name}
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  );
}

function isDaily([first = 0, second = 0]: readonly number[]): boolean {
  // A day may have 23 hours.
  return second - first > DAY_SECONDS / 2;
}

/** A canvas takes no variables of CSS, and no `light-dark()`. */
function resolveColor(element: HTMLElement, name: string): string {
  element.style.color = `var(${name})`;
  const { color } = getComputedStyle(element);
  element.style.color = "";
  return color;
}
