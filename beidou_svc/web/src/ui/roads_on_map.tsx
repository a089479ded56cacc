/** Ties fences and events to the map: what is shown, what is drawn by hand, what has just happened. */
import { type Signal, useSignalEffect } from '@preact/signals';
import { render } from 'preact';
import { useRef } from 'preact/hooks';
import { toMap } from '../frames/map_frame';
import { t, tOr } from '../i18n';
import type { Drawn, FenceDrawing } from '../map/fence_drawing';
import type { MapView } from '../map/view';
import { closed_roads } from '../roads/closures';
import { draft, events, fences, news, redraws, selected_fence } from '../roads/desk';
import type { Told } from '../roads/events';
import type { Fence } from '../roads/fence';
import { type FenceDraft, fenceOf } from '../roads/fence_draft';
import { parsePlaces, textOf } from '../roads/places_text';
import { language, on_road, said, selected_id, speak_events } from '../state';
import { now_ms } from './clock';
import { detail } from './detail';
import { EventMark, isSerious } from './event_mark';
import { fenceName } from './events_pane';

/** More than these at once are counted, not read out one by one. */
const SPOKEN_MAX = 2;

export function useRoadsOnMap(view: Signal<MapView | null>): void {
  useFences(view);
  useClosures(view);
  useDrawing(view);
  useEvents(view);
  useOtherPlace(view);
}

/** Where the selected terminal is besides where it is drawn: on its road, or where it says it is. */
function useOtherPlace(view: Signal<MapView | null>): void {
  useSignalEffect(() => {
    const known = selected_id.value === detail.value.detail?.id ? detail.value.detail : null;
    const source = on_road.value ? known?.latest : known?.road;
    const is_matched = known?.road?.is_off_road === false;
    const place = is_matched && source?.lon_deg != null && source.lat_deg != null;
    view.value?.other_place.show(
      place ? toMap([source.lon_deg ?? 0, source.lat_deg ?? 0]) : null,
      on_road.value ? 'raw' : 'matched',
      t(on_road.value ? 'map.raw_place' : 'map.matched_place'),
    );
  });
}

function useFences(view: Signal<MapView | null>): void {
  useSignalEffect(() => {
    toMap([0, 0]); // drawn anew when the frame of the base map is another
    view.value?.fences.show(fences.value ?? [], selected_fence.value, draft.value?.id ?? null);
  });
  useSignalEffect(() => view.value?.fences.showDraft(draft.value && widened(draft.value)));
}

function useClosures(view: Signal<MapView | null>): void {
  useSignalEffect(() => {
    toMap([0, 0]); // drawn anew when the frame of the base map is another
    view.value?.closures.show(closed_roads.value);
  });
}

/** The draft as a fence, as soon as it is one: with its circle, its width, its parts, which drawing knows nothing of. */
function widened(now: FenceDraft): Fence | null {
  const made = fenceOf({ ...now, kinds: new Set(['enter']), weekly: [] });
  return 'fence' in made ? made.fence : null;
}

/** The shape by pointer and as text: each follows the other. */
function useDrawing(view: Signal<MapView | null>): void {
  const drawing = useRef<FenceDrawing | null>(null);
  const drawn_text = useRef('');
  const key = useRef<string | null>(null);
  useSignalEffect(() => {
    const now = draft.value;
    const wanted = now && view.value ? `${now.id} ${now.etag} ${now.shape} ${redraws.value}` : null;
    if (wanted !== key.current) {
      key.current = wanted;
      drawing.current = null;
      view.peek()?.stopDrawing();
      if (now && wanted) void start(now, wanted);
    } else if (now && now.places !== drawn_text.current) follow(now);
  });
  const onDrawn = ({ geometry, radius_m }: Drawn): void => {
    const now = draft.peek();
    if (!now) return;
    drawn_text.current = textOf(geometry);
    const radius = radius_m === null ? {} : { radius_m: String(radius_m) };
    draft.value = { ...now, places: drawn_text.current, ...radius };
  };
  const start = async (now: FenceDraft, wanted: string): Promise<void> => {
    const made = await view.peek()?.startDrawing(onDrawn);
    if (!made || key.current !== wanted) return;
    drawing.current = made;
    if (now.places === '') made.begin(now.shape);
    else follow(now);
  };
  const follow = (now: FenceDraft): void => {
    drawn_text.current = now.places;
    const parsed = parsePlaces(now.places, now.shape);
    if ('geometry' in parsed) drawing.current?.edit(parsed.geometry);
  };
}

function useEvents(view: Signal<MapView | null>): void {
  useSignalEffect(() => {
    const fresh = news.value;
    view.peek()?.events.add(fresh, Date.now());
    if (speak_events.peek() && fresh.length > 0) said.value = spoken(fresh);
  });
  useSignalEffect(() => {
    const retracted = events.value.filter((event) => event.is_retracted).map((event) => event.event);
    view.value?.events.tidy(new Set(retracted), now_ms.value);
  });
}

function spoken(fresh: readonly Told[]): string {
  if (fresh.length > SPOKEN_MAX) return t('event.count', { n: fresh.length });
  return fresh.map(sentence).join('. ');
}

function sentence(event: Told): string {
  const kind = tOr(`kind.${event.kind}`, event.kind);
  return t('event.spoken', { kind, terminal: event.terminal, fence: fenceName(event) });
}

export function paintEvent(element: HTMLElement, event: Told): void {
  element.title = sentence(event);
  element.setAttribute('aria-label', element.title);
  element.lang = language.peek() === 'zh' ? 'zh-CN' : 'en';
  element.classList.toggle('event-marker-serious', isSerious(event.kind));
  render(<EventMark kind={event.kind} size={16} />, element);
}
