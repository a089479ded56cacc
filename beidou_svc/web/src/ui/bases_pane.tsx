/** Base stations: how each is, whom it serves, and which rovers had to change from one to another. */
import type { JSX } from 'preact';
import { type BaseStation, epochAgeS, groupSwitches, isFailOver, type SwitchGroup } from '../bases';
import { count, duration, fixed, localTime } from '../format';
import { t, tOr } from '../i18n';
import { bases, status, status_ms } from '../state';
import { BaseMark, HealthBadge } from './base_mark';
import { now_ms } from './clock';
import { Icon } from './icons';

/** Below this an age is told in tenths of a second. */
const AGE_FINE_S = 10;

interface Props {
  onOpenBase: (base: BaseStation) => void;
  onOpenTerminal: (id: string) => void;
}

export function BasesPane({ onOpenBase, onOpenTerminal }: Props): JSX.Element {
  const groups = groupSwitches(status.value?.rtk?.switches_recent ?? []);
  const healthy = bases.value.filter((base) => base.health === 'healthy').length;
  const rovers = bases.value.reduce((sum, base) => sum + base.rovers, 0);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="pane-scroll" tabIndex={0} aria-label={t('base.list')}>
      <p class="pane-summary" data-bases={bases.value.length}>
        {t('base.summary', { healthy, total: bases.value.length, rovers: count(rovers) })}
      </p>
      <ul class="base-list">
        {bases.value.map((base) => (
          <BaseCard key={base.id} base={base} onOpen={() => onOpenBase(base)} />
        ))}
      </ul>
      <h2 class="pane-title">{t('switch.title')}</h2>
      {groups.length === 0 && <p class="pane-summary">{t('switch.none')}</p>}
      <ol class="switch-list">
        {groups.map((group) => (
          <Switch key={keyOf(group)} group={group} onOpen={onOpenTerminal} />
        ))}
      </ol>
    </section>
  );
}

function keyOf({ t_ms, before, base, reason }: SwitchGroup): string {
  return `${t_ms} ${before} ${base} ${reason}`;
}

function BaseCard({ base, onOpen }: { base: BaseStation; onOpen: () => void }): JSX.Element {
  return (
    <li class="base-card" data-base={base.id}>
      <div class="base-head">
        <BaseMark health={base.health} />
        <h3>{base.id}</h3>
        <HealthBadge health={base.health} />
        <button
          type="button"
          class="tool small"
          aria-label={t('base.show', { id: base.id })}
          title={t('base.show', { id: base.id })}
          onClick={onOpen}
        >
          <Icon name="target" size={18} />
        </button>
      </div>
      <dl class="base-facts">
        <BaseFact name={t('base.satellites')} value={count(base.satellites)} />
        <BaseFact name={t('base.rovers')} value={count(base.rovers)} />
        <BaseFact name={t('base.age')} value={ageText(base)} />
      </dl>
      {base.health !== 'healthy' && <p class="base-why">{t(`health.${base.health}.long`)}</p>}
    </li>
  );
}

function BaseFact({ name, value }: { name: string; value: string }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** The answer's age grows until the next one comes. */
function ageText(base: BaseStation): string {
  const answered_at = status.value?.time;
  const age_s = answered_at === undefined ? null : epochAgeS(base, answered_at);
  if (age_s === null) return t('base.never');
  const now_s = age_s + Math.max(0, (now_ms.value - status_ms.value) / 1000);
  return t('base.ago', { t: now_s < AGE_FINE_S ? fixed(now_s, 1, 's') : duration(now_s) });
}

function Switch({ group, onOpen }: { group: SwitchGroup; onOpen: (id: string) => void }): JSX.Element {
  const { terminals, before, base, reason } = group;
  const one = terminals.length === 1 ? terminals[0] : null;
  return (
    <li class={`switch${isFailOver(reason) ? ' switch-bad' : ''}`} data-reason={reason}>
      <time class="switch-time">{localTime(group.t_ms)}</time>
      <span class="switch-who">
        {one ? <TerminalLink id={one} onOpen={onOpen} /> : t('switch.rovers', { n: count(terminals.length) })}
      </span>
      <span class="switch-why">
        {isFailOver(reason) && <Icon name="warning" size={14} />}
        {tOr(`reason.${reason}`, reason)}
      </span>
      <span class="switch-way">
        {before ?? t('switch.no_base')} <Arrow /> {base ?? t('switch.no_base')}
      </span>
      {!one && (
        <details class="switch-all">
          <summary>{t('switch.which')}</summary>
          <p>
            {terminals.map((id) => (
              <TerminalLink key={id} id={id} onOpen={onOpen} />
            ))}
          </p>
        </details>
      )}
    </li>
  );
}

function TerminalLink({ id, onOpen }: { id: string; onOpen: (id: string) => void }): JSX.Element {
  return (
    <button type="button" class="link" onClick={() => onOpen(id)}>
      {id}
    </button>
  );
}

function Arrow(): JSX.Element {
  return (
    <>
      <span aria-hidden="true">→</span>
      <span class="visually-hidden">{t('switch.to')}</span>
    </>
  );
}
