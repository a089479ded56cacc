/** Holds the map: loads it after the shell, ties it to the state, adds the controls, the tooltip and the readout. */
import { signal, useSignal, useSignalEffect } from '@preact/signals';
import { type JSX, render } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { BaseStation } from '../bases';
import { sigma, speedKmh } from '../format';
import { fromMap, toMap } from '../frames/map_frame';
import { t } from '../i18n';
import type { Cluster } from '../map/clusters';
import { mercatorX, mercatorY } from '../map/mercator';
import type { MapView } from '../map/view';
import { FIXED, LIVENESS } from '../quality';
import { network } from '../roads/desk';
import type { Told } from '../roads/events';
import type { Session } from '../session';
import * as state from '../state';
import { AlarmNews } from './alarm_news';
import { BaseMark } from './base_mark';
import { BaseNews } from './base_news';
import { LostNotice } from './connection';
import { detail, track } from './detail';
import { Icon, type IconName } from './icons';
import { QualityMark } from './quality_mark';
import { ReadoutBar } from './readout';
import { paintEvent, useRoadsOnMap } from './roads_on_map';

interface Props {
  session: Session;
  onPick: (slot: number, fence: string | null) => void;
  onPickBase: (id: string) => void;
  onPickEvent: (event: Told) => void;
  onOpenAlarm: (terminal: string) => void;
  onReady: (view: MapView) => void;
}

export function MapPane(props: Props): JSX.Element {
  const { session, onPick, onPickBase, onPickEvent, onOpenAlarm, onReady } = props;
  const container = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const tooltip = useRef<HTMLDivElement>(null);
  const pointer = useSignal<[number, number] | null>(null);
  const center = useSignal<[number, number] | null>(null);
  const view = useSignal<MapView | null>(null);
  const failed = useSignal(false);
  const base_error = useSignal<string | null>(null);
  const hovered = useSignal(-1);

  useEffect(() => {
    let gone = false;
    const open = async (): Promise<void> => {
      const page = state.page.value;
      if (!page || !container.current || !canvas.current) return;
      const { MapView } = await import('../map/view');
      if (gone || !container.current || !canvas.current) return;
      const made = new MapView({
        container: container.current,
        canvas: canvas.current,
        fleet: session.fleet,
        page,
        look: { dark: state.dark.value, language: state.language.value },
        smooth: !state.reduced_motion.value,
        hooks: {
          onHover: (slot) => {
            hovered.value = slot;
          },
          onPick,
          onCursor: (place) => {
            pointer.value = place;
          },
          onCenter: (place) => {
            center.value = place;
            map_center.value = place;
          },
          events: { paint: paintEvent, onPick: (event) => onPickEvent(event) },
          onCameraByHand: () => {
            state.following.value = false;
          },
          onBaseMapError: (message) => {
            base_error.value = message;
          },
          describeCluster,
          paintBase,
          onPickBase,
          request: (url) => requestOf(session, url),
        },
      });
      made.onFrame = (now_ms) => placeTooltip(tooltip.current, made, hovered.peek(), now_ms);
      view.value = made;
      session.onShown = (shown) => made.setShown(shown);
      session.refresh(true);
      onReady(made);
    };
    open().catch((error: unknown) => {
      console.error(error);
      failed.value = true;
    });
    return () => {
      gone = true;
      session.onShown = null;
      view.peek()?.destroy();
    };
  }, [session]);

  useSignalEffect(() => view.value?.setLook({ dark: state.dark.value, language: state.language.value }));
  useSignalEffect(() => {
    const id = state.selected_id.value;
    state.pulse.value; // the terminal of the address becomes known only with the first names
    view.value?.select(id === null ? -1 : session.fleet.slotOf(id));
  });
  useSignalEffect(() => {
    const points = state.selected_id.value === null ? [] : track.value;
    view.value?.setTrail(
      points
        .filter((p) => Number.isFinite(p.lat_deg) && Number.isFinite(p.lon_deg))
        .map((p) => {
          const [lon, lat] = toMap([p.lon_deg, p.lat_deg]);
          return { x: mercatorX(lon), y: mercatorY(lat), quality: p.fix_quality };
        }),
    );
  });
  useSignalEffect(() => view.value?.bases.show(state.bases.value.map(onMap), state.language.value));
  useRoadsOnMap(view);
  useSignalEffect(() => view.value?.setBaseline(baselineEnd()));
  useSignalEffect(() => {
    if (view.value) view.value.following = state.following.value && state.selected_id.value !== null;
  });
  useSignalEffect(() => {
    if (view.value) view.value.smooth = !state.reduced_motion.value;
  });

  return (
    <main class="map-pane" aria-label={t('map.label')}>
      <div ref={container} class="map" />
      <canvas ref={canvas} class="fleet-canvas" aria-hidden="true" />
      {!view.value && !failed.value && <p class="map-wait">{t('map.loading')}</p>}
      {failed.value && (
        <div class="notice notice-error map-wait" role="alert">
          <p>{t('map.no_webgl')}</p>
          <p>{t('map.no_webgl.hint')}</p>
        </div>
      )}
      <div class="map-notices">
        <LostNotice />
        <BaseNews />
        <AlarmNews session={session} onOpen={onOpenAlarm} />
        {base_error.value && (
          <p class="notice notice-warning" role="alert">
            {t('map.base_failed', { reason: base_error.value })}
          </p>
        )}
      </div>
      {view.value && <Controls view={view.value} />}
      <div ref={tooltip} class="tooltip" aria-hidden="true">
        {hovered.value >= 0 && <TooltipText session={session} slot={hovered.value} />}
      </div>
      <ReadoutBar pointer={pointer} center={center} />
    </main>
  );
}

function Controls({ view }: { view: MapView }): JSX.Element {
  const buttons: [IconName, string, () => void][] = [
    ['plus', t('map.zoom_in'), () => view.moves.zoomBy(1)],
    ['minus', t('map.zoom_out'), () => view.moves.zoomBy(-1)],
    ['fit', t('map.fit'), () => view.fit()],
    ['north', t('map.north'), () => view.moves.northUp()],
    ['tilt', t('map.tilt'), () => view.moves.tilt()],
  ];
  return (
    <div class="map-controls" role="toolbar" aria-label={t('map.controls')} aria-orientation="vertical">
      {buttons.map(([icon, label, onClick]) => (
        <button key={icon} type="button" class="tool" aria-label={label} title={label} onClick={onClick}>
          <Icon name={icon} />
        </button>
      ))}
      {network.value !== null && (
        <button
          type="button"
          class="tool"
          aria-label={t('map.on_road')}
          title={t('map.on_road')}
          aria-pressed={state.on_road.value}
          onClick={() => {
            state.on_road.value = !state.on_road.value;
          }}
        >
          <Icon name="road" />
        </button>
      )}
    </div>
  );
}

function TooltipText({ session, slot }: { session: Session; slot: number }): JSX.Element {
  state.pulse.value;
  const { fleet } = session;
  const quality = fleet.fix_quality[slot];
  const live = LIVENESS[fleet.liveness[slot]];
  return (
    <>
      <strong>{fleet.names[slot]}</strong>
      <span class="tooltip-line">
        <QualityMark value={quality} size={12} /> {t(`quality.${quality}` as 'quality.0')} ·{' '}
        {sigma(fleet.sigma_h_m[slot])}
      </span>
      <span class="tooltip-line">
        {live === 'online' ? speedKmh(fleet.speed_mps[slot]) : t(`live.${live}`)} · {fleet.ids[slot]}
      </span>
    </>
  );
}

function placeTooltip(element: HTMLElement | null, view: MapView, slot: number, now_ms: number): void {
  if (!element) return;
  const at = slot >= 0 ? view.screenOf(slot, now_ms) : null;
  element.style.visibility = at ? 'visible' : 'hidden';
  if (at) element.style.transform = `translate(${Math.round(at[0])}px, ${Math.round(at[1])}px)`;
}

/** Where the map looks, in its own frame. */
const map_center = signal<[number, number] | null>(null);

/** The same as a place: longitude and latitude, CGCS2000. */
export function centerPlace(): [number, number] | null {
  const at = map_center.peek();
  return at && fromMap(at);
}

/** Where the base of the selected rover stands. */
function baselineEnd(): [number, number] | null {
  const known = detail.value.detail;
  if (!known || known.id !== state.selected_id.value || known.role === 'base') return null;
  const base = state.bases.value.find((each) => each.id === known.base?.id);
  return base && base.lon_deg !== null && base.lat_deg !== null ? toMap([base.lon_deg, base.lat_deg]) : null;
}

function onMap(base: BaseStation): BaseStation {
  if (base.lon_deg === null || base.lat_deg === null) return base;
  const [lon_deg, lat_deg] = toMap([base.lon_deg, base.lat_deg]);
  return { ...base, lon_deg, lat_deg };
}

function paintBase(element: HTMLElement, base: BaseStation): void {
  element.setAttribute('aria-label', t('base.marker', { id: base.id, health: t(`health.${base.health}`) }));
  element.title = element.getAttribute('aria-label') ?? '';
  render(
    <>
      <BaseMark health={base.health} size={26} />
      <span class="base-name">{base.id}</span>
    </>,
    element,
  );
}

function describeCluster(cluster: Cluster): string {
  return t('map.cluster', { n: cluster.n, fixed: cluster.quality[FIXED] });
}

/** Own tiles carry the token; nothing is added to requests of an outside base map. */
function requestOf(session: Session, url: string): { url: string; headers?: Record<string, string> } {
  const absolute = url.startsWith('/') ? session.api.url(url) : url;
  return absolute.startsWith(session.api.url(''))
    ? { url: absolute, headers: session.api.authorization() }
    : { url };
}
