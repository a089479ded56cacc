/** Scales of the plots: round numbers at the edges, so that a glance at the axis is enough. */

export interface Scale {
  low: number;
  high: number;
  ticks: number[];
}

const STEPS = [1, 2, 2.5, 5, 10];

/** The smallest round scale with about `n` steps that holds all values; `span_min` keeps noise from filling it. */
export function roundScale(values: readonly number[], n: number, span_min: number, floor?: number): Scale {
  const known = values.filter(Number.isFinite);
  let low = known.length > 0 ? Math.min(...known) : 0;
  let high = known.length > 0 ? Math.max(...known) : span_min;
  if (floor !== undefined) low = Math.min(floor, low);
  if (high - low < span_min) {
    const middle = (high + low) / 2;
    low = floor === undefined ? middle - span_min / 2 : low;
    high = low + span_min;
  }
  const step = roundStep((high - low) / n);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  const ticks: number[] = [];
  for (let i = first; i <= last; i++) ticks.push(Number((i * step).toPrecision(12)));
  return { low: ticks[0], high: ticks[ticks.length - 1], ticks };
}

export function roundStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw));
  const factor = STEPS.find((s) => s * power >= raw * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** Runs of points without a gap in value or time, as indices [from, to). */
export function runs(values: readonly number[], t_ms: readonly number[], gap_ms: number): [number, number][] {
  const out: [number, number][] = [];
  let from = -1;
  for (let i = 0; i <= values.length; i++) {
    const ends =
      i === values.length ||
      !Number.isFinite(values[i]) ||
      (from >= 0 && i > from && t_ms[i] - t_ms[i - 1] > gap_ms);
    if (!ends) {
      if (from < 0) from = i;
      continue;
    }
    if (from >= 0) out.push([from, i]);
    from = i < values.length && Number.isFinite(values[i]) ? i : -1;
  }
  return out;
}
