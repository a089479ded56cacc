/** Satellites by constellation: a bar of C/N0 for each, filled where it is used, and their place in the sky. */
import type { JSX } from 'preact';
import type { Satellite } from '../api';
import { fixed } from '../format';
import { t, tOr } from '../i18n';

/** BeiDou first: it is the system of the house. */
const SYSTEM_ORDER = ['C', 'G', 'E', 'R', 'J', 'I', 'S'];
const CN0_DBHZ_MAX = 55;
const CN0_TICKS_DBHZ = [20, 40];
const WIDTH = 344;
const LEFT = 22;
const BAR_MAX = 15;
const BAR_GAP = 3;
const HEIGHT = 62;
const LABEL_HEIGHT = 24;
const SKY = 156;

export function Satellites({ satellites }: { satellites: readonly Satellite[] }): JSX.Element {
  if (satellites.length === 0) return <p class="quiet">{t('sats.none')}</p>;
  const systems = bySystem(satellites);
  return (
    <div class="satellites">
      {systems.map(([system, members]) => (
        <SystemBars key={system} system={system} members={members} />
      ))}
      <SkyPlot satellites={satellites} />
    </div>
  );
}

function bySystem(satellites: readonly Satellite[]): [string, Satellite[]][] {
  const groups = new Map<string, Satellite[]>();
  for (const satellite of satellites) {
    const group = groups.get(satellite.system);
    if (group) group.push(satellite);
    else groups.set(satellite.system, [satellite]);
  }
  const rank = (system: string): number =>
    (SYSTEM_ORDER.indexOf(system) + SYSTEM_ORDER.length + 1) % (SYSTEM_ORDER.length + 1);
  return [...groups]
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([system, members]) => [system, members.sort((a, b) => a.sv.localeCompare(b.sv))]);
}

function SystemBars({ system, members }: { system: string; members: Satellite[] }): JSX.Element {
  const used = members.filter((s) => s.used).length;
  const pitch = Math.min(BAR_MAX + BAR_GAP, (WIDTH - LEFT) / members.length);
  const y = (cn0_dbhz: number): number => HEIGHT * (1 - Math.min(CN0_DBHZ_MAX, cn0_dbhz) / CN0_DBHZ_MAX);
  const name = tOr(`system.${system}`, system);
  const counts = t('sats.used', { used, seen: members.length });
  return (
    <figure class={`system system-${system}`}>
      <figcaption>
        <span class="system-name">
          <span class="system-swatch" />
          {name}
        </span>
        <span class="quiet">{counts}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT + LABEL_HEIGHT}`}
        role="img"
        aria-label={`${t('sats.chart')}, ${name}: ${counts}`}
      >
        {CN0_TICKS_DBHZ.map((tick) => (
          <g key={tick}>
            <line class="plot-grid" x1={LEFT} x2={WIDTH} y1={y(tick)} y2={y(tick)} />
            <text class="plot-tick" x={LEFT - 5} y={y(tick) + 3.5}>
              {tick}
            </text>
          </g>
        ))}
        {members.map((satellite, i) => (
          <Bar
            key={`${satellite.sv}${satellite.signal}`}
            satellite={satellite}
            x={LEFT + 2 + i * pitch}
            width={pitch - BAR_GAP}
            y={y}
          />
        ))}
      </svg>
    </figure>
  );
}

interface BarProps {
  satellite: Satellite;
  x: number;
  width: number;
  y: (cn0_dbhz: number) => number;
}

function Bar({ satellite, x, width, y }: BarProps): JSX.Element {
  const top = y(satellite.cn0_dbhz ?? 0);
  const middle = x + width / 2;
  return (
    <g class={satellite.used ? 'sat sat-used' : 'sat'}>
      <title>{spoken(satellite)}</title>
      <rect x={x} y={top} width={width} height={Math.max(1, HEIGHT - top)} rx="1.5" />
      <text class="sat-label" x={middle} y={HEIGHT + 5} transform={`rotate(-90 ${middle} ${HEIGHT + 5})`}>
        {satellite.sv.slice(1)}
      </text>
    </g>
  );
}

function SkyPlot({ satellites }: { satellites: readonly Satellite[] }): JSX.Element {
  const radius = SKY / 2 - 14;
  const placed = satellites.filter((s) => s.el_deg !== null && s.az_deg !== null);
  const first = [...new Map(placed.map((s) => [s.sv, s])).values()];
  return (
    <svg class="sky" viewBox={`${-SKY / 2} ${-SKY / 2} ${SKY} ${SKY}`} aria-hidden="true">
      {[1, 2 / 3, 1 / 3].map((share) => (
        <circle key={share} class="sky-ring" r={radius * share} />
      ))}
      <path class="sky-ring" d={`M0 ${-radius}V${radius}M${-radius} 0H${radius}`} />
      {['N', 'E', 'S', 'W'].map((letter, i) => (
        <text
          key={letter}
          class="plot-tick at-middle"
          x={[0, 1, 0, -1][i] * (radius + 8)}
          y={[-1, 0, 1, 0][i] * (radius + 8) + 3.5}
        >
          {letter}
        </text>
      ))}
      {first.map((s) => {
        const r = (radius * (90 - (s.el_deg ?? 0))) / 90;
        const az = ((s.az_deg ?? 0) * Math.PI) / 180;
        return (
          <g key={s.sv} class={`system-${s.system} ${s.used ? 'sat sat-used' : 'sat'}`}>
            <title>{spoken(s)}</title>
            <circle cx={r * Math.sin(az)} cy={-r * Math.cos(az)} r="4" />
          </g>
        );
      })}
    </svg>
  );
}

function spoken(satellite: Satellite): string {
  return t('sats.bar', {
    sv: satellite.sv,
    signal: satellite.signal ?? '',
    cn0: fixed(satellite.cn0_dbhz, 0),
    el: fixed(satellite.el_deg, 0),
    used: satellite.used ? t('sats.in_use') : t('sats.unused'),
  });
}
