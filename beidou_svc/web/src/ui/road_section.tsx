/** Where a terminal is on the road: which road, which lane, how far along its route, inside which fences. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { distance, duration, fixed, UNKNOWN } from '../format';
import { t, tOr } from '../i18n';
import { fence_by_id } from '../roads/desk';
import { nameOf } from '../roads/fence';
import type { RoadPlace, RouteProgress } from '../roads/road_place';
import type { Session } from '../session';
import { Fact, Facts, Section } from './facts';

const ASK_EVERY_MS = 3000;
const CLOSE_M = 0.05;

interface Props {
  road: RoadPlace;
  session: Session;
  id: string;
}

export function RoadSection({ road, session, id }: Props): JSX.Element {
  return (
    <Section title={t('road.title')} aside={road.network}>
      {road.is_off_road ? <p>{t('road.off')}</p> : <OnRoad road={road} />}
      {road.inside.length > 0 && (
        <>
          <h4>{t('road.inside')}</h4>
          <p data-field="inside">{road.inside.map(fenceLabel).join(', ')}</p>
        </>
      )}
      {road.routes.map((route) => (
        <Route key={route.id} route={route} session={session} id={id} />
      ))}
    </Section>
  );
}

function fenceLabel(id: string): string {
  const fence = fence_by_id.value.get(id);
  return fence ? nameOf(fence) : id;
}

function OnRoad({ road }: { road: RoadPlace }): JSX.Element {
  return (
    <Facts>
      <Fact name={t('road.name')} field="road">
        {road.name || t('road.unnamed', { ref: road.ref ?? road.edge ?? '' })}
      </Fact>
      <Fact name={t('road.class')}>{road.class ? tOr(`class.${road.class}`, road.class) : UNKNOWN}</Fact>
      {road.lane_index !== null && (
        <Fact name={t('road.lane')} field="lane">
          {road.lane_index + 1} ({percentText(road.lane_p)})
        </Fact>
      )}
      <Fact name={t('road.limit')}>{fixed(road.limit_kmh, 0, 'km/h')}</Fact>
      <Fact name={t('road.lateral')} field="lateral">
        {lateralText(road.lateral_m)}
      </Fact>
      <Fact name={t('road.offset')}>{distance(road.offset_m)}</Fact>
      <Fact name={t('road.confidence')}>{percentText(road.confidence)}</Fact>
    </Facts>
  );
}

function percentText(p: number | null): string {
  return p === null ? UNKNOWN : `${Math.min(99.9, 100 * p).toFixed(p > 0.99 ? 1 : 0)} %`;
}

function lateralText(lateral_m: number | null): string {
  if (lateral_m === null) return UNKNOWN;
  if (Math.abs(lateral_m) < CLOSE_M) return fixed(0, 1, 'm');
  return t(lateral_m > 0 ? 'road.left' : 'road.right', { v: fixed(Math.abs(lateral_m), 1) });
}

interface RouteProps {
  route: RoadPlace['routes'][number];
  session: Session;
  id: string;
}

function Route({ route, session, id }: RouteProps): JSX.Element {
  const progress = useProgress(session, route.id);
  const mine = progress?.terminals.find((each) => each.id === id);
  const length_m = progress?.length_m ?? (route.ratio > 0 ? route.run_m / route.ratio : null);
  const words = t('road.progress', {
    name: route.name || route.id,
    done: distance(route.run_m),
    total: distance(length_m),
  });
  return (
    <>
      <h4>{t('road.route')}</h4>
      <p data-field="route">{words}</p>
      <progress class="route-bar" max={1} value={route.ratio} aria-label={words} />
      {mine && <Stops mine={mine} />}
    </>
  );
}

function Stops({ mine }: { mine: RouteProgress['terminals'][number] }): JSX.Element | null {
  const { at_stop, stop_next } = mine;
  if (at_stop !== null)
    return <p>{t('road.at_stop', { name: typeof at_stop === 'string' ? at_stop : at_stop.name })}</p>;
  if (!stop_next) return null;
  const { eta_s } = stop_next;
  return (
    <p data-field="next-stop">
      {t('road.next_stop', { name: stop_next.name, distance: distance(stop_next.distance_m) })}
      {typeof eta_s === 'number' && <> · {t('road.eta', { t: duration(eta_s) })}</>}
    </p>
  );
}

/** Who is where on a route, asked now and then while somebody looks. */
function useProgress(session: Session, route: string): RouteProgress | null {
  const progress = useSignal<RouteProgress | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    const ask = (): void => {
      session.roads.api.progress(route, abort.signal).then(
        (answer) => {
          progress.value = answer;
        },
        () => undefined, // the bar shows what the terminal's own answer says
      );
    };
    ask();
    const timer = setInterval(ask, ASK_EVERY_MS);
    return () => {
      abort.abort();
      clearInterval(timer);
    };
  }, [session, route]);
  return progress.value;
}
