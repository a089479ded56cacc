/** The wall clock as a signal, once a second, for everything that counts down or up. */
import { signal } from '@preact/signals';

export const now_ms = signal(Date.now());

function tick(): void {
  now_ms.value = Date.now();
  setTimeout(tick, 1000 - (Date.now() % 1000) + 5);
}
tick();
