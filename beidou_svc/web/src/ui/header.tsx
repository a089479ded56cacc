/** The fleet at a glance: how many, how good, how fast, how connected, what time. */
import type { ComponentChildren, JSX } from 'preact';
import { count, localTime, localZone, percent, UNKNOWN, utcTime } from '../format';
import { t } from '../i18n';
import { FIXED, LIVENESS } from '../quality';
import type { Session } from '../session';
import * as state from '../state';
import { now_ms } from './clock';
import { Connection } from './connection';
import { Icon, type IconName, Logo } from './icons';

export function Header({ session }: { session: Session }): JSX.Element {
  return (
    <header class="header">
      <div class="brand">
        <Logo />
        <div class="brand-text">
          <h1>{state.page.value?.title || t('app.name')}</h1>
          {state.page.value?.demo && (
            <span class="tag" title={t('app.demo.hint')}>
              {t('app.demo')}
            </span>
          )}
        </div>
      </div>
      <Overview />
      <Connection session={session} />
      <Clocks />
      <div class="tools" role="toolbar" aria-label={t('head.view')}>
        <button
          type="button"
          class="tool text"
          lang={state.language.value === 'en' ? 'zh-CN' : 'en'}
          onClick={toggleLanguage}
        >
          <span aria-hidden="true">{state.language.value === 'en' ? '中文' : 'EN'}</span>
          <span class="visually-hidden">{t('head.language.switch')}</span>
        </button>
        <Tool icon={THEME_ICON[state.theme_choice.value]} label={themeLabel()} onClick={nextTheme} />
        <Tool icon="help" label={t('head.help')} onClick={openHelp} />
        {state.sign_in.value === 'done' && (
          <Tool icon="exit" label={t('head.sign_out')} onClick={() => session.signOut()} />
        )}
      </div>
    </header>
  );
}

function Overview(): JSX.Element {
  const { total, liveness, quality } = state.counts.value;
  const reachable = liveness[1] + liveness[2];
  const rate = state.status.value?.ingest.sentences_per_s;
  return (
    <section class="overview" aria-label={t('head.fleet')}>
      <Figure label={t('head.terminals')} value={count(total)} name="total" />
      {[2, 1, 0].map((code) => (
        <Figure
          key={code}
          label={t(`live.${LIVENESS[code]}`)}
          value={count(liveness[code])}
          name={LIVENESS[code]}
        />
      ))}
      <Figure label={t('head.fixed_share')} value={percent(quality[FIXED], reachable)} name="fixed" />
      <Figure label={t('head.rate')} value={rate === undefined ? UNKNOWN : count(rate)} name="rate" />
    </section>
  );
}

function Figure({ label, value, name }: { label: string; value: string; name: string }): JSX.Element {
  return (
    <div class={`figure figure-${name}`}>
      <span class="figure-value" data-figure={name}>
        {value}
      </span>
      <span class="figure-label">{label}</span>
    </div>
  );
}

function Clocks(): JSX.Element {
  const ms = now_ms.value;
  return (
    <section class="clocks" aria-label={t('head.clock')}>
      <Clock zone={t('head.utc')}>{utcTime(ms)}</Clock>
      <Clock zone={localZone(ms)}>{localTime(ms)}</Clock>
    </section>
  );
}

function Clock({ zone, children }: { zone: string; children: ComponentChildren }): JSX.Element {
  return (
    <span class="clock">
      <span class="clock-zone">{zone}</span>
      <time>{children}</time>
    </span>
  );
}

function Tool({ icon, label, onClick }: { icon: IconName; label: string; onClick: () => void }): JSX.Element {
  return (
    <button type="button" class="tool" title={label} aria-label={label} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}

const THEME_ICON: Record<state.ThemeChoice, IconName> = { system: 'system', light: 'sun', dark: 'moon' };
const NEXT_THEME: Record<state.ThemeChoice, state.ThemeChoice> = {
  system: 'light',
  light: 'dark',
  dark: 'system',
};

function themeLabel(): string {
  return t('head.theme', { theme: t(`theme.${state.theme_choice.value}`) });
}

export function nextTheme(): void {
  state.theme_choice.value = NEXT_THEME[state.theme_choice.value];
}

export function toggleLanguage(): void {
  state.language.value = state.language.value === 'en' ? 'zh' : 'en';
}

function openHelp(): void {
  state.help_open.value = true;
}
