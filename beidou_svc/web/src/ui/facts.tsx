/** Name and value, the form in which the panel says most things. */
import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';

export function Facts({ children }: { children: ComponentChildren }): JSX.Element {
  return <dl class="facts">{children}</dl>;
}

interface FactProps {
  name: string;
  children: ComponentChildren;
  /** Data hook for tests and for people who read values with a script. */
  field?: string;
}

export function Fact({ name, children, field }: FactProps): JSX.Element {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd data-field={field}>{children}</dd>
    </div>
  );
}

export function Section({
  title,
  aside,
  children,
}: {
  title: string;
  aside?: string;
  children: ComponentChildren;
}): JSX.Element {
  const id = useId();
  return (
    <section class="section" aria-labelledby={id}>
      <h3 id={id}>
        {title}
        {aside && <span class="section-aside">{aside}</span>}
      </h3>
      {children}
    </section>
  );
}

/** Counts by name, largest first, with a bar for the share. */
export function CountBars({ entries, kind }: { entries: [string, number][]; kind?: string }): JSX.Element {
  const largest = Math.max(1, ...entries.map(([, n]) => n));
  const sorted = [...entries].sort((a, b) => b[1] - a[1]);
  return (
    <ul class={`count-bars ${kind ?? ''}`}>
      {sorted.map(([name, n]) => (
        <li key={name}>
          <span class="count-name">{name}</span>
          <span class="count-value">{n.toLocaleString('en-US')}</span>
          <span class="count-bar" style={{ width: `${(100 * n) / largest}%` }} />
        </li>
      ))}
    </ul>
  );
}
