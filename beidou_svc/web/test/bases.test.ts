import { describe, expect, it } from 'vitest';
import {
  type BaseHealth,
  type BaseStation,
  type BaseSwitch,
  basesOf,
  epochAgeS,
  groupSwitches,
  HEALTHS,
  healthNews,
  isFailOver,
} from '../src/bases';
import { en } from '../src/i18n/en';

function base(id: string, health: BaseHealth = 'healthy', last_epoch: string | null = null): BaseStation {
  const place = { lat_deg: 25.8, lon_deg: 114.9, h_ell_m: 100 };
  return { id, health, last_epoch, station: 1, satellites: 30, rovers: 5, position_from: '1006', ...place };
}

function change(time: string, terminal: string, more: Partial<BaseSwitch> = {}): BaseSwitch {
  return { time, terminal, before: 'b1', base: 'b2', reason: 'failed_over_silent', ...more };
}

describe('base stations', () => {
  it('are there only where the service computes positions', () => {
    const rtk = { rovers: 0, bases: [base('b10'), base('b2')], switches_recent: [] };
    expect(basesOf(undefined)).toEqual([]);
    expect(basesOf({ ...rtk, enabled: false })).toEqual([]);
    expect(basesOf({ ...rtk, enabled: true }).map((b) => b.id)).toEqual(['b2', 'b10']);
  });

  it('are as old as the service says, not as this computer thinks', () => {
    expect(epochAgeS(base('b', 'silent', '2026-01-01T00:00:00.000Z'), '2026-01-01T00:00:42.500Z')).toBe(42.5);
    expect(epochAgeS(base('b'), '2026-01-01T00:00:42.500Z')).toBeNull();
  });

  it('have words for every health and reason', () => {
    for (const health of HEALTHS) {
      for (const key of [`health.${health}`, `health.${health}.long`, `news.${health}`])
        expect(en).toHaveProperty([key]);
    }
  });
});

describe('news', () => {
  it('are changes of health, and what is ill from the beginning', () => {
    const before = new Map<string, BaseHealth>([
      ['b1', 'healthy'],
      ['b2', 'silent'],
      ['b3', 'silent'],
    ]);
    const now = [base('b1', 'silent'), base('b2'), base('b3', 'silent'), base('b4'), base('b5', 'unplaced')];
    expect(healthNews(before, now)).toEqual([
      { id: 'b1', health: 'silent' },
      { id: 'b2', health: 'healthy' },
      { id: 'b5', health: 'unplaced' },
    ]);
  });
});

describe('changes of base', () => {
  it('are one line for all rovers that changed alike within a second', () => {
    const groups = groupSwitches([
      change('2026-01-01T00:00:05.400Z', 'r10'),
      change('2026-01-01T00:00:05.000Z', 'r9'),
      change('2026-01-01T00:00:05.000Z', 'r3', { base: 'b3' }),
      change('2026-01-01T00:00:04.000Z', 'r4', { reason: 'nearer' }),
    ]);
    expect(groups.map((g) => [g.t_ms % 60_000, g.terminals, g.base])).toEqual([
      [5000, ['r9', 'r10'], 'b2'],
      [5000, ['r3'], 'b3'],
      [4000, ['r4'], 'b2'],
    ]);
    expect(groups.map((g) => isFailOver(g.reason))).toEqual([true, true, false]);
  });
});
