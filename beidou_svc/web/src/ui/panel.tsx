/** Everything about one terminal: where it is, how good that is, why, and since when. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { LatestFix, TerminalDetail } from '../api';
import { FLAG_NOT_DATED, FLAG_QUARANTINED } from '../fleet';
import { bytes, count, duration, fixed, localDateTime, speedKmh, UNKNOWN } from '../format';
import type { Place } from '../frames/gcj02';
import { t, tOr } from '../i18n';
import { LIVENESS } from '../quality';
import type { Session } from '../session';
import { following, pulse } from '../state';
import { AlarmNotice } from './alarm_notice';
import { now_ms } from './clock';
import { detail, track, watchTerminal } from './detail';
import { CountBars, Fact, Facts, Section } from './facts';
import { Icon } from './icons';
import { Plots } from './plots';
import { QualityMark } from './quality_mark';
import { QualitySection } from './quality_section';
import { RoadSection } from './road_section';
import { Satellites } from './satellites';
import { StationChip, StationSection } from './station_section';

interface Props {
  session: Session;
  id: string;
  onClose: () => void;
  onZoom: () => void;
}

export function Panel({ session, id, onClose, onZoom }: Props): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => watchTerminal(session, id), [session, id]);
  useEffect(() => heading.current?.focus(), []);
  pulse.value;
  const { fleet } = session;
  const slot = fleet.slotOf(id);
  const { detail: known, error } = detail.value;
  const name = fleet.names[slot] ?? known?.name ?? id;
  const quality = fleet.fix_quality[slot] ?? 0;
  const live = LIVENESS[fleet.liveness[slot] ?? 0];
  return (
    <aside class="panel" aria-label={t('panel.label', { name })} data-terminal={id}>
      <div class="panel-head">
        <div class="panel-title">
          <h2 ref={heading} tabIndex={-1}>
            {name}
          </h2>
          <button
            type="button"
            class="tool"
            aria-label={t('panel.close')}
            title={t('panel.close')}
            onClick={onClose}
          >
            <Icon name="close" />
          </button>
        </div>
        <p class="panel-line">
          <span class={`badge badge-q${quality}`} data-field="quality">
            <QualityMark value={quality} />
            {t(`quality.${quality}` as 'quality.0')}
          </span>
          <span class={`chip-static chip-${live}`}>
            <span class="chip-lamp" />
            {t(`live.${live}`)}
          </span>
          {known?.station && <StationChip station={known.station} />}
          {id !== name && <span class="mono quiet">{id}</span>}
        </p>
        <p class="quiet">{t(`quality.${quality}.long` as 'quality.0.long')}</p>
        <Actions slot={slot} session={session} latest={known?.latest ?? null} onZoom={onZoom} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="panel-body" tabIndex={0} aria-label={t('panel.label', { name })}>
        <Warnings flags={fleet.flags[slot] ?? 0} />
        {known?.alarm && <AlarmNotice alarm={known.alarm} place={placeOf(known.latest, session, slot)} />}
        {error && <Trouble status={error.status} message={error.message} />}
        <Position latest={known?.latest ?? null} session={session} slot={slot} />
        {known?.station && <StationSection station={known.station} />}
        {known?.road && <RoadSection road={known.road} session={session} id={id} />}
        <QualitySection
          latest={known?.latest ?? null}
          base={known?.role === 'base' ? null : (known?.base ?? null)}
          fleet={fleet}
          slot={slot}
        />
        <Section title={t('plot.title')}>
          <Plots track={track.value} />
        </Section>
        {known ? <Known known={known} /> : !error && <p class="quiet">{t('panel.loading')}</p>}
      </section>
    </aside>
  );
}

function Actions({
  slot,
  session,
  latest,
  onZoom,
}: {
  slot: number;
  session: Session;
  latest: LatestFix | null;
  onZoom: () => void;
}): JSX.Element {
  const copied = useSignal(false);
  const copy = async (): Promise<void> => {
    const lat = latest?.lat_deg ?? session.fleet.lat_deg[slot];
    const lon = latest?.lon_deg ?? session.fleet.lon_deg[slot];
    await navigator.clipboard.writeText(`${fixed(lat, 9)}, ${fixed(lon, 9)}`);
    copied.value = true;
    setTimeout(() => {
      copied.value = false;
    }, 2000);
  };
  return (
    <div class="actions">
      <button type="button" class="button" onClick={onZoom}>
        <Icon name="target" size={16} />
        {t('panel.zoom')}
      </button>
      <button
        type="button"
        class="button"
        aria-pressed={following.value}
        onClick={() => {
          following.value = !following.value;
        }}
      >
        <Icon name="follow" size={16} />
        {following.value ? t('panel.following') : t('panel.follow')}
      </button>
      <button type="button" class="button" onClick={() => void copy()}>
        <Icon name={copied.value ? 'check' : 'copy'} size={16} />
        {copied.value ? t('panel.copied') : t('panel.copy')}
      </button>
    </div>
  );
}

function Warnings({ flags }: { flags: number }): JSX.Element | null {
  if (!(flags & (FLAG_NOT_DATED | FLAG_QUARANTINED))) return null;
  return (
    <div class="notice notice-warning">
      {flags & FLAG_QUARANTINED ? <p>{t('panel.quarantined')}</p> : null}
      {flags & FLAG_NOT_DATED ? <p>{t('panel.not_dated')}</p> : null}
    </div>
  );
}

function Trouble({ status, message }: { status: number; message: string }): JSX.Element {
  return (
    <div class="notice notice-warning" role="alert">
      <p>{status === 404 ? t('panel.gone') : t('panel.failed', { reason: message })}</p>
      {status !== 404 && <p>{t('panel.failed.hint')}</p>}
    </div>
  );
}

interface FixProps {
  latest: LatestFix | null;
  session: Session;
  slot: number;
}

function Position({ latest, session, slot }: FixProps): JSX.Element {
  const { fleet } = session;
  const projected = latest?.projected;
  const fix_ms = fleet.t_ms[slot];
  const course = latest?.course_deg ?? fleet.course_deg[slot];
  return (
    <Section title={t('pos.title')} aside={t('pos.frame')}>
      <Facts>
        <Fact name={t('pos.lat')} field="lat">
          {degrees(latest ? latest.lat_deg : fleet.lat_deg[slot], latest ? 9 : 7, 'N', 'S')}
        </Fact>
        <Fact name={t('pos.lon')} field="lon">
          {degrees(latest ? latest.lon_deg : fleet.lon_deg[slot], latest ? 9 : 7, 'E', 'W')}
        </Fact>
        <Fact name={t('pos.h_ell')}>{fixed(latest ? latest.h_ell_m : fleet.h_ell_m[slot], 3, 'm')}</Fact>
        <Fact name={t('pos.h_msl')}>{fixed(latest?.h_msl_m, 3, 'm')}</Fact>
        <Fact name={t('pos.speed')}>{speedKmh(fleet.speed_mps[slot])}</Fact>
        <Fact name={t('pos.course')}>{fixed(course, 1, '°')}</Fact>
        {latest?.heading_deg !== null && latest?.heading_deg !== undefined && (
          <Fact name={t('pos.heading')}>{fixed(latest.heading_deg, 1, '°')}</Fact>
        )}
        <Fact name={t('pos.fix_time')}>
          {localDateTime(fix_ms)}
          <span class="quiet fact-note">{ago(fix_ms)}</span>
        </Fact>
      </Facts>
      <h4>{t('pos.projected', { epsg: projected?.epsg ?? UNKNOWN })}</h4>
      <Facts>
        <Fact name={t('pos.easting')} field="easting">
          {fixed(projected?.easting_m, 3, 'm')}
        </Fact>
        <Fact name={t('pos.northing')} field="northing">
          {fixed(projected?.northing_m, 3, 'm')}
        </Fact>
        <Fact name={t('pos.scale')}>{fixed(projected?.scale, 7)}</Fact>
        <Fact name={t('pos.convergence')}>{fixed(projected?.convergence_deg, 3, '°')}</Fact>
      </Facts>
    </Section>
  );
}

function placeOf(latest: LatestFix | null, { fleet }: Session, slot: number): Place {
  return [latest?.lon_deg ?? fleet.lon_deg[slot], latest?.lat_deg ?? fleet.lat_deg[slot]];
}

function degrees(value: number | null, digits: number, positive: string, negative: string): string {
  if (value === null || Number.isNaN(value)) return UNKNOWN;
  return `${Math.abs(value).toFixed(digits)}° ${value < 0 ? negative : positive}`;
}

/** Only said once it is worth saying: a fix of the last few seconds is "now". */
function ago(t_ms: number): string {
  const span_s = (now_ms.value - t_ms) / 1000;
  return Number.isFinite(span_s) && span_s > 5 ? t('pos.ago', { t: duration(span_s) }) : '';
}

function Known({ known }: { known: TerminalDetail }): JSX.Element {
  const { counters, connection } = known;
  const used = known.satellites.filter((s) => s.used).length;
  const drops = Object.entries(counters.drops).filter(([, n]) => n > 0);
  return (
    <>
      <Section title={t('sats.title')} aside={t('sats.used', { used, seen: known.satellites.length })}>
        <Satellites satellites={known.satellites} />
      </Section>
      <Section title={t('count.title')} aside={`${t('count.epochs')} ${count(counters.epochs)}`}>
        <h4>{t('count.sentences')}</h4>
        <CountBars entries={Object.entries(counters.sentences)} />
        <h4>{t('count.quality')}</h4>
        <CountBars entries={Object.entries(counters.quality).map(([q, n]) => [tOr(`quality.${q}`, q), n])} />
        <h4>{t('count.drops')}</h4>
        {drops.length === 0 ? (
          <p class="quiet">{t('count.no_drops')}</p>
        ) : (
          <CountBars kind="bad" entries={drops.map(([reason, n]) => [tOr(`drop.${reason}`, reason), n])} />
        )}
      </Section>
      <Section title={t('link.title')}>
        {!connection && <p class="quiet">{t('link.none')}</p>}
        <Facts>
          <Fact name={t('link.id')}>{known.id}</Fact>
          <Fact name={t('link.policy')}>{tOr(`policy.${known.policy}`, known.policy)}</Fact>
          {connection && (
            <>
              <Fact name={t('link.transport')}>{connection.transport.toUpperCase()}</Fact>
              <Fact name={t('link.peer')}>{connection.peer}</Fact>
              <Fact name={t('link.since')}>{localDateTime(Date.parse(connection.since))}</Fact>
              <Fact name={t('link.bytes')}>{bytes(connection.bytes)}</Fact>
              <Fact name={t('link.takeovers')}>{count(connection.takeovers)}</Fact>
            </>
          )}
          <Fact name={t('link.clock')}>{fixed(known.clock_offset_s, 3, 's')}</Fact>
        </Facts>
      </Section>
    </>
  );
}
