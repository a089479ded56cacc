/** Sign-in, help, and the page shown while the service cannot be reached. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../i18n';
import type { Session } from '../session';
import * as state from '../state';
import { now_ms } from './clock';
import { Icon, Logo } from './icons';

/** A native modal dialog: focus is kept inside and given back by the browser. */
function Modal({
  label,
  onClose,
  children,
}: {
  label: string;
  onClose?: () => void;
  children: ComponentChildren;
}): JSX.Element {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    element.current?.showModal();
  }, []);
  return (
    <dialog
      ref={element}
      class="dialog"
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
    >
      {children}
    </dialog>
  );
}

export function SignIn({ session }: { session: Session }): JSX.Element | null {
  const token = useSignal('');
  const busy = useSignal(false);
  const unreachable = useSignal<string | null>(null);
  if (state.sign_in.value !== 'needed' && state.sign_in.value !== 'refused') return null;
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (token.value.trim() === '') return;
    busy.value = true;
    unreachable.value = null;
    try {
      if (await session.signIn(token.value.trim())) token.value = '';
    } catch (error) {
      unreachable.value = error instanceof Error ? error.message : String(error);
    }
    busy.value = false;
  };
  const trouble = unreachable.value
    ? t('sign.unreachable', { reason: unreachable.value })
    : state.sign_in.value === 'refused'
      ? t('sign.refused')
      : null;
  return (
    <Modal label={t('sign.title')}>
      <form class="form" onSubmit={(event) => void submit(event)}>
        <div class="dialog-head">
          <Logo />
          <h2>{t('sign.title')}</h2>
        </div>
        <p>{t('sign.why')}</p>
        <label class="field">
          <span>{t('sign.token')}</span>
          <input
            type="password"
            autoComplete="current-password"
            spellcheck={false}
            required
            value={token.value}
            aria-invalid={trouble !== null}
            aria-describedby="sign-in-help"
            onInput={(event) => {
              token.value = event.currentTarget.value;
            }}
          />
        </label>
        {trouble && (
          <p class="notice notice-error" role="alert">
            {trouble}
          </p>
        )}
        <div id="sign-in-help" class="quiet">
          <p>{t('sign.kept')}</p>
          <p>{t('sign.where')}</p>
        </div>
        <button type="submit" class="button primary" disabled={busy.value}>
          {busy.value ? t('sign.busy') : t('sign.submit')}
        </button>
      </form>
    </Modal>
  );
}

const SHORTCUTS = [
  ['/', 'help.search'],
  ['↑ ↓', 'help.move'],
  ['Enter', 'help.open'],
  ['Esc', 'help.close'],
  ['F', 'help.fit'],
  ['B', 'help.bases'],
  ['N', 'help.fences'],
  ['E', 'help.events'],
  ['M', 'help.on_road'],
  ['G', 'help.follow'],
  ['1 … 6', 'help.quality'],
  ['T', 'help.theme'],
  ['L', 'help.language'],
  ['?', 'help.this'],
] as const;

export function Help(): JSX.Element | null {
  if (!state.help_open.value) return null;
  const close = (): void => {
    state.help_open.value = false;
  };
  return (
    <Modal label={t('help.title')} onClose={close}>
      <div class="dialog-head">
        <h2>{t('help.title')}</h2>
        <button type="button" class="tool" aria-label={t('help.close_button')} onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      <dl class="shortcuts">
        {SHORTCUTS.map(([keys, text]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{t(text)}</dd>
          </div>
        ))}
      </dl>
      <p class="quiet">{t('help.map')}</p>
      <p class="quiet">{t('help.about', { version: state.status.value?.version ?? '' })}</p>
    </Modal>
  );
}

export function StartTrouble(): JSX.Element | null {
  const error = state.start_error.value;
  if (!error) return null;
  const refused = error.status !== 0;
  return (
    <main class="trouble">
      <Logo />
      <h1>{refused ? t('error.refused.title') : t('error.title')}</h1>
      <p class="mono" role="alert">
        {t('error.body', { reason: error.message })}
      </p>
      <p>{error.hint ?? (refused ? t('error.refused.hint') : t('error.hint'))}</p>
      <p class="quiet" aria-hidden="true">
        {t('error.retry', { s: Math.max(0, Math.ceil((error.retry_at_ms - now_ms.value) / 1000)) })}
      </p>
    </main>
  );
}
