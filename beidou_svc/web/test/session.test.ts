import { effect } from '@preact/signals';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Completeness } from '../src/completeness';

type Session = import('../src/session').Session;

/** The little of a browser that the session touches. */
function stubBrowser(): void {
  const storage = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
  const query = { matches: false, addEventListener: () => undefined };
  vi.stubGlobal('localStorage', storage);
  vi.stubGlobal('sessionStorage', storage);
  vi.stubGlobal('navigator', { languages: ['en'] });
  vi.stubGlobal('matchMedia', () => query);
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('document', { hidden: false });
}

describe('Session', () => {
  let session: Session;
  let state: typeof import('../src/state');

  beforeEach(async () => {
    vi.useFakeTimers();
    stubBrowser();
    state = await import('../src/state');
    const { Session } = await import('../src/session');
    session = new Session('http://test/');
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('counts once when the filter changes, not again because of its own results', () => {
    const pulses: number[] = [];
    const stop = effect(() => {
      state.filter.value;
      session.refresh(true);
      pulses.push(state.pulse.peek());
    });
    const before = pulses.length;
    state.filter.value = { ...state.filter.value, text: 'x' };
    state.pulse.value = state.pulse.peek() + 1;
    stop();
    expect(pulses.length - before).toBe(1);
  });

  it('asks for everything after a sign-out, which empties the fleet', () => {
    const forget = vi.spyOn(session.client, 'forget');
    session.signOut();
    expect(forget).toHaveBeenCalledOnce();
  });
});

describe('Completeness', () => {
  it('is patient with a fleet that grows', () => {
    const watch = new Completeness();
    for (let total = 0; total < 20; total++) expect(watch.isDue(total, total + 1)).toBe(false);
  });

  it('notices terminals that stay away, once', () => {
    const watch = new Completeness();
    const due = Array.from({ length: 5 }, () => watch.isDue(257, 300));
    expect(due).toEqual([false, false, false, true, false]);
  });

  it('forgives a gap that closes', () => {
    const watch = new Completeness();
    const due = [257, 257, 257, 300, 257, 257].map((shown) => watch.isDue(shown, 300));
    expect(due).not.toContain(true);
  });
});
