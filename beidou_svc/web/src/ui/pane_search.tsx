/** The box by whose words a pane chooses its rows. */
import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';

export function PaneSearch({ text, label }: { text: Signal<string>; label: string }): JSX.Element {
  return (
    <input
      class="small-input"
      type="text"
      inputMode="search"
      autoComplete="off"
      spellcheck={false}
      value={text.value}
      aria-label={label}
      placeholder={label}
      onInput={(event) => {
        text.value = event.currentTarget.value;
      }}
    />
  );
}

/** Whether a row has the words that were typed. */
export function hasWords(row: string, text: Signal<string>): boolean {
  return row.toLowerCase().includes(text.value.trim().toLowerCase());
}
