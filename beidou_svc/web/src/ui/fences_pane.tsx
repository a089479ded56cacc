/** All fences, and the form of the one that is edited. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { count } from '../format';
import { t, tOr } from '../i18n';
import { draft, fences, selected_fence, trouble } from '../roads/desk';
import { type Fence, nameOf, SHAPES, type Shape, shapeOf } from '../roads/fence';
import type { Session } from '../session';
import { FenceForm } from './fence_form';
import { FenceTrouble } from './fence_trouble';
import { Icon } from './icons';
import { hasWords, PaneSearch } from './pane_search';

/** More rows than these nobody reads through; search finds the rest. */
const ROWS_MAX = 200;

interface Props {
  session: Session;
  onShow: (fence: Fence) => void;
  /** Where the map looks, longitude and latitude. */
  center: () => [number, number] | null;
}

export function FencesPane({ session, onShow, center }: Props): JSX.Element {
  const now = draft.value;
  if (now) return <FenceForm desk={session.roads} draft={now} center={center} />;
  return <FenceList session={session} onShow={onShow} />;
}

function FenceList({ session, onShow }: Omit<Props, 'center'>): JSX.Element {
  const text = useSignal('');
  const all = fences.value ?? [];
  const found = all.filter((fence) => hasWords(`${fence.id} ${fence.properties.name}`, text));
  const open = (fence: Fence): void => {
    onShow(fence);
    void session.roads.edit(String(fence.id));
  };
  return (
    <>
      <div class="fence-new">
        <h2 class="pane-summary">{t('fence.new')}</h2>
        <div class="actions">
          {SHAPES.map((shape) => (
            <button
              key={shape}
              type="button"
              class="button"
              data-new={shape}
              onClick={() => session.roads.begin(shape)}
            >
              <Icon name={shape} size={16} />
              {t(`fence.draw.${shape}`)}
            </button>
          ))}
        </div>
        {trouble.value && <FenceTrouble desk={session.roads} />}
      </div>
      {all.length > 0 && (
        <div class="pane-head">
          <PaneSearch text={text} label={t('fence.search')} />
          <span class="pane-summary" data-fences={all.length}>
            {t('fence.count', { n: count(all.length) })}
          </span>
        </div>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="pane-scroll pane-rows" tabIndex={0} aria-label={t('tab.fences')}>
        {all.length === 0 && <Empty />}
        {all.length > 0 && found.length === 0 && <p class="pane-summary">{t('fence.none_match')}</p>}
        <ul>
          {found.slice(0, ROWS_MAX).map((fence) => (
            <FenceRow key={fence.id} fence={fence} onOpen={() => open(fence)} />
          ))}
        </ul>
        {found.length > ROWS_MAX && (
          <p class="pane-summary">{t('fence.more', { n: count(found.length - ROWS_MAX) })}</p>
        )}
      </section>
    </>
  );
}

function Empty(): JSX.Element {
  return (
    <div class="pane-empty">
      <strong>{t('fence.empty')}</strong>
      <p>{t('fence.empty.hint')}</p>
    </div>
  );
}

function FenceRow({ fence, onOpen }: { fence: Fence; onOpen: () => void }): JSX.Element {
  const shape: Shape = shapeOf(fence.geometry);
  const { kinds, speed_limit_kmh, window } = fence.properties;
  const notes = [
    ...(kinds ?? ['enter', 'exit']).map((kind) => tOr(`kind.${kind}`, kind)),
    ...(speed_limit_kmh ? [t('fence.limit', { v: speed_limit_kmh })] : []),
    ...(window?.weekly?.length ? [t('fence.timed')] : []),
  ];
  const is_selected = String(fence.id) === selected_fence.value;
  return (
    <li>
      <button
        type="button"
        class={`fence-row${is_selected ? ' selected' : ''}`}
        data-fence={fence.id}
        title={t('fence.edit', { name: nameOf(fence) })}
        onClick={onOpen}
      >
        <span class="fence-shape" title={t(`shape.${shape}`)}>
          <Icon name={shape} size={18} />
        </span>
        <span class="fence-name">{nameOf(fence)}</span>
        <span class="fence-notes">
          <span class="visually-hidden">{t(`shape.${shape}`)}. </span>
          {notes.join(' · ')}
        </span>
        <Icon name="pencil" size={16} />
      </button>
    </li>
  );
}
