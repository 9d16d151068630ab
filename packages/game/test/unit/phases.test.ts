import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LEGAL_TRANSITIONS, PhaseMachine, type PhaseFrame } from '../../src/index.js';

const folder = new URL('../../../../../shared/rugs/captures/', import.meta.url);
const captures = readdirSync(folder);

interface Row {
  event: string;
  direction?: string;
  data: PhaseFrame & { gameHistory?: unknown };
}

function framesOf(capture: string): PhaseFrame[] {
  const rows = readFileSync(new URL(capture, folder), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
  return rows
    .filter(({ event, direction }) => event === 'gameStateUpdate' && direction !== 'sent')
    .map(({ data }) => ({ ...data, hasHistory: data.gameHistory !== undefined }));
}

const play = (tickCount: number, gameId = 'a'): PhaseFrame => ({
  gameId,
  active: true,
  rugged: false,
  tickCount,
  hasHistory: false,
});
const rug = (tickCount: number, gameId = 'a'): PhaseFrame => ({ ...play(tickCount, gameId), rugged: true });
const countdown = (cooldownTimer: number, gameId = 'b', hasHistory = false): PhaseFrame => ({
  gameId,
  cooldownTimer,
  allowPreRoundBuys: cooldownTimer <= 10_000,
  hasHistory,
});
const phasesOf = (frames: PhaseFrame[], machine = new PhaseMachine()): string[] =>
  frames.map((frame) => machine.observe(frame).phase);

describe('the phase machine', () => {
  it.each(captures)('sees no illegal transition in the captured session %s', (capture) => {
    const machine = new PhaseMachine();
    const steps = framesOf(capture).map((frame) => machine.observe(frame));
    expect(steps.length).toBeGreaterThan(100);
    expect(steps.filter((step) => !step.legal)).toEqual([]);
    const phases = new Set(steps.map((step) => step.phase));
    for (const phase of ['ACTIVE_GAMEPLAY', 'RUG_EVENT_1', 'COOLDOWN']) expect(phases).toContain(phase);
    expect(phases).not.toContain('UNKNOWN');
  });

  it('ignores the second rug frame that comes after the new game began, as on 2025-12-12', () => {
    const machine = new PhaseMachine();
    const verdicts = framesOf('2025-12-12_public.jsonl').map((frame) => machine.observe(frame).verdict);
    expect(verdicts.filter((verdict) => verdict === 'superseded')).toHaveLength(1);
  });

  it('goes through every phase of a whole game', () => {
    const frames = [
      countdown(15_000, 'a'),
      countdown(10_000, 'a'),
      ...[play(0), play(1), play(2), rug(3), rug(5)],
      countdown(15_000, 'b', true),
      countdown(14_900),
      countdown(10_000),
      play(0, 'b'),
    ];
    expect(phasesOf(frames)).toEqual([
      ...[
        'COOLDOWN',
        'PRESALE',
        'GAME_ACTIVATION',
        'ACTIVE_GAMEPLAY',
        'ACTIVE_GAMEPLAY',
        'RUG_EVENT_1',
        'RUG_EVENT_1',
      ],
      ...['RUG_EVENT_2', 'COOLDOWN', 'PRESALE', 'GAME_ACTIVATION'],
    ]);
  });

  it('tells the rug at its first frame', () => {
    const machine = new PhaseMachine();
    machine.observe(play(1));
    expect(machine.observe(rug(2))).toMatchObject({ phase: 'RUG_EVENT_1', changed: true, legal: true });
    expect(machine.observe(rug(4))).toMatchObject({ phase: 'RUG_EVENT_1', changed: false });
  });

  it('drops a frame of a tick before the newest', () => {
    const machine = new PhaseMachine();
    machine.observe(play(129));
    expect(machine.observe({ ...play(128), hasHistory: true })).toMatchObject({
      verdict: 'stale',
      phase: 'ACTIVE_GAMEPLAY',
    });
    expect(machine.observe(play(130)).verdict).toBe('current');
  });

  it('keeps the phase when a frame tells none, as in a pause', () => {
    const machine = new PhaseMachine();
    machine.observe(countdown(9_000));
    expect(machine.observe({ gameId: 'b', cooldownTimer: 0, hasHistory: false }).phase).toBe('PRESALE');
  });

  it('takes anything as legal after a lost connection, but not a game that was replaced', () => {
    const machine = new PhaseMachine();
    phasesOf([play(5), play(6, 'b')], machine);
    machine.reset();
    expect(machine.phase).toBe('UNKNOWN');
    expect(machine.observe(countdown(12_000, 'c'))).toMatchObject({ phase: 'COOLDOWN', legal: true });
    expect(machine.observe(play(7)).verdict).toBe('superseded');
  });

  it('reports a transition that the game does not allow', () => {
    const machine = new PhaseMachine();
    machine.observe(play(5));
    expect(machine.observe(countdown(9_000, 'b'))).toMatchObject({ phase: 'PRESALE', legal: false });
  });

  it('knows what may follow each phase', () => {
    for (const followers of Object.values(LEGAL_TRANSITIONS)) expect(followers.length).toBeGreaterThan(0);
    expect(LEGAL_TRANSITIONS.PRESALE).toContain('ACTIVE_GAMEPLAY');
  });
});
