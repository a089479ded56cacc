/** The last minutes of one terminal: a band of fix qualities and lines below it, all on one time axis. */
import { type Signal, useSignal } from '@preact/signals';
import type { JSX, TargetedPointerEvent } from 'preact';
import { fixed, localTime, sigma } from '../format';
import { t } from '../i18n';
import { TRACK_SECONDS, type TrackPoint } from '../track';
import { roundScale, runs, type Scale } from './plot_scale';

const WIDTH = 344;
const LEFT = 40;
const RIGHT = 6;
const LINE_HEIGHT = 74;
const BAND_HEIGHT = 16;
/** Points further apart than this are not joined. */
const GAP_MS = 3500;

interface Line {
  key: 'plot.speed' | 'plot.height' | 'plot.sigma' | 'plot.sats';
  value: (p: TrackPoint) => number;
  text: (value: number) => string;
  tick: (value: number, scale: Scale) => string;
  span_min: number;
  floor?: number;
}

const decimals = (value: number, scale: Scale): string => {
  const step = scale.ticks[1] - scale.ticks[0];
  return value.toFixed(step >= 1 ? 0 : Math.min(3, Math.ceil(-Math.log10(step))));
};

const LINES: readonly Line[] = [
  {
    key: 'plot.speed',
    value: (p) => p.speed_mps * 3.6,
    text: (v) => fixed(v, 1, 'km/h'),
    tick: decimals,
    span_min: 10,
    floor: 0,
  },
  {
    key: 'plot.height',
    value: (p) => p.h_ell_m,
    text: (v) => fixed(v, 3, 'm'),
    tick: decimals,
    span_min: 0.2,
  },
  { key: 'plot.sigma', value: (p) => p.sigma_h_m, text: sigma, tick: decimals, span_min: 0.02, floor: 0 },
];

interface Axis {
  start_ms: number;
  end_ms: number;
  x: (t_ms: number) => number;
}

export function Plots({ track }: { track: readonly TrackPoint[] }): JSX.Element {
  const cursor = useSignal(-1);
  if (track.length < 2) return <p class="quiet">{t('plot.empty')}</p>;
  const end_ms = track[track.length - 1].t_ms;
  const start_ms = end_ms - TRACK_SECONDS * 1000;
  const axis: Axis = {
    start_ms,
    end_ms,
    x: (t_ms) => LEFT + ((WIDTH - LEFT - RIGHT) * (t_ms - start_ms)) / (end_ms - start_ms),
  };
  const at = cursor.value >= 0 && cursor.value < track.length ? cursor.value : track.length - 1;
  return (
    <div
      class="plots"
      onPointerMove={(event) => pointAt(event, axis, track, cursor)}
      onPointerLeave={() => {
        cursor.value = -1;
      }}
    >
      <QualityBand track={track} axis={axis} at={at} />
      {LINES.map((line) => (
        <LinePlot key={line.key} line={line} track={track} axis={axis} at={at} pointed={cursor.value >= 0} />
      ))}
      <TimeAxis axis={axis} />
    </div>
  );
}

function pointAt(
  event: TargetedPointerEvent<HTMLElement>,
  axis: Axis,
  track: readonly TrackPoint[],
  cursor: Signal<number>,
): void {
  const box = event.currentTarget.getBoundingClientRect();
  const x = ((event.clientX - box.left) / box.width) * WIDTH;
  const share = (x - LEFT) / (WIDTH - LEFT - RIGHT);
  const t_ms = axis.start_ms + share * (axis.end_ms - axis.start_ms);
  let best = 0;
  for (let i = 1; i < track.length; i++) {
    if (Math.abs(track[i].t_ms - t_ms) < Math.abs(track[best].t_ms - t_ms)) best = i;
  }
  cursor.value = best;
}

function QualityBand({
  track,
  axis,
  at,
}: {
  track: readonly TrackPoint[];
  axis: Axis;
  at: number;
}): JSX.Element {
  const blocks: JSX.Element[] = [];
  let from = 0;
  for (let i = 1; i <= track.length; i++) {
    const same =
      i < track.length &&
      track[i].fix_quality === track[from].fix_quality &&
      track[i].t_ms - track[i - 1].t_ms <= GAP_MS;
    if (same) continue;
    const x0 = Math.max(LEFT, axis.x(track[from].t_ms - 1000));
    const x1 = axis.x(track[i - 1].t_ms);
    const q = track[from].fix_quality;
    blocks.push(
      <rect
        key={from}
        class={`svg-q${q}`}
        x={x0}
        y="2"
        width={Math.max(1, x1 - x0)}
        height={BAND_HEIGHT - 4}
      />,
    );
    from = i;
  }
  const now = t(`quality.${track[at].fix_quality}` as 'quality.0');
  return (
    <figure class="plot">
      <figcaption>
        <span>{t('plot.quality')}</span>
        <output>
          {localTime(track[at].t_ms)} · {now}
        </output>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${BAND_HEIGHT}`} role="img" aria-label={`${t('plot.quality')}: ${now}`}>
        {blocks}
      </svg>
    </figure>
  );
}

interface LinePlotProps {
  line: Line;
  track: readonly TrackPoint[];
  axis: Axis;
  at: number;
  pointed: boolean;
}

function LinePlot({ line, track, axis, at, pointed }: LinePlotProps): JSX.Element {
  const values = track.map(line.value);
  const scale = roundScale(values, 3, line.span_min, line.floor);
  const y = (value: number): number =>
    LINE_HEIGHT - 5 - ((LINE_HEIGHT - 12) * (value - scale.low)) / (scale.high - scale.low);
  const times = track.map((p) => p.t_ms);
  const known = values.filter(Number.isFinite);
  const name = t(line.key);
  const summary = t('plot.summary', {
    name,
    now: line.text(values[values.length - 1]),
    low: line.text(Math.min(...known)),
    high: line.text(Math.max(...known)),
  });
  return (
    <figure class="plot">
      <figcaption>
        <span>{name}</span>
        <output>{line.text(values[at])}</output>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${LINE_HEIGHT}`} role="img" aria-label={summary}>
        {scale.ticks.map((tick) => (
          <g key={tick}>
            <line class="plot-grid" x1={LEFT} x2={WIDTH - RIGHT} y1={y(tick)} y2={y(tick)} />
            <text class="plot-tick" x={LEFT - 6} y={y(tick) + 3.5}>
              {line.tick(tick, scale)}
            </text>
          </g>
        ))}
        {runs(values, times, GAP_MS).map(([from, to]) => (
          <path key={times[from]} class="plot-line" d={pathOf(values, times, from, to, axis, y)} />
        ))}
        {pointed && (
          <line
            class="plot-cursor"
            x1={axis.x(times[at])}
            x2={axis.x(times[at])}
            y1="2"
            y2={LINE_HEIGHT - 5}
          />
        )}
        {Number.isFinite(values[at]) && (
          <circle class="plot-point" cx={axis.x(times[at])} cy={y(values[at])} r="3" />
        )}
      </svg>
    </figure>
  );
}

function pathOf(
  values: readonly number[],
  t_ms: readonly number[],
  from: number,
  to: number,
  axis: Axis,
  y: (value: number) => number,
): string {
  let d = '';
  for (let i = from; i < to; i++) {
    const x = axis.x(t_ms[i]);
    if (x >= LEFT) d += `${d === '' ? 'M' : 'L'}${x.toFixed(1)} ${y(values[i]).toFixed(1)}`;
  }
  return d;
}

function TimeAxis({ axis }: { axis: Axis }): JSX.Element {
  const minutes = Array.from({ length: TRACK_SECONDS / 60 + 1 }, (_, i) => i);
  return (
    <svg class="plot-time" viewBox={`0 0 ${WIDTH} 14`} aria-hidden="true">
      {minutes.map((m) => (
        <text
          key={m}
          class={`plot-tick ${m === 0 ? 'at-end' : 'at-middle'}`}
          x={axis.x(axis.end_ms - m * 60_000)}
          y="10"
        >
          {m === 0 ? t('plot.now') : `−${m} min`}
        </text>
      ))}
    </svg>
  );
}
