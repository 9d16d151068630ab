import { PHASES } from '@vectra/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LEGAL_TRANSITIONS, PhaseMachine, type PhaseFrame, type PhaseStep } from '../../src/phases.js';
import { captureNames, readFrames } from './realGames.js';

const tick = (gameId: string, tickCount: number): PhaseFrame => ({
  gameId,
  active: true,
  rugged: false,
  tickCount,
  cooldownTimer: 0,
  allowPreRoundBuys: false,
  hasHistory: false,
});
const rug = (gameId: string, tickCount: number): PhaseFrame => ({ ...tick(gameId, tickCount), rugged: true });
const countdown = (gameId: string, cooldownTimer: number): PhaseFrame => ({
  gameId,
  cooldownTimer,
  allowPreRoundBuys: cooldownTimer <= 10_000,
  hasHistory: false,
});
/** The first full frame of a new game. */
const opening = (gameId: string): PhaseFrame => ({
  ...countdown(gameId, 15_000),
  active: false,
  rugged: false,
  tickCount: 0,
  hasHistory: true,
});

function observeAll(frames: PhaseFrame[], machine = new PhaseMachine()): PhaseStep[] {
  return frames.map((frame) => machine.observe(frame));
}
const phasesOf = (frames: PhaseFrame[]) => observeAll(frames).map(({ phase }) => phase);

describe('the phases of captured sessions', () => {
  it('are read from three sessions', () => {
    expect(captureNames()).toHaveLength(3);
  });

  it.each(captureNames())('follow each other legally in %s', (name) => {
    const steps = observeAll(readFrames(name).map(({ frame }) => frame));
    expect(steps.length).toBeGreaterThan(100);
    expect(steps.filter(({ legal }) => !legal)).toEqual([]);
    expect(steps.every(({ phase }) => phase !== 'UNKNOWN')).toBe(true);
  });

  it('are all seen, COOLDOWN and RUG_EVENT_2 among them', () => {
    const seen = captureNames().flatMap((name) => phasesOf(readFrames(name).map(({ frame }) => frame)));
    expect(new Set(seen)).toEqual(new Set(PHASES.filter((phase) => phase !== 'UNKNOWN')));
  });

  it('change in the order of the games on 2025-12-12, of which one rug frame is superseded', () => {
    const frames = readFrames('2025-12-12_public.jsonl');
    const machine = new PhaseMachine();
    const steps = frames.map(({ seq, frame }) => ({ seq, ...machine.observe(frame) }));
    const changes = steps.filter(({ changed }) => changed).map(({ seq, phase }) => `${seq} ${phase}`);
    expect(changes).toEqual([
      '2 ACTIVE_GAMEPLAY',
      '262 RUG_EVENT_1',
      '263 COOLDOWN',
      '314 PRESALE',
      '415 GAME_ACTIVATION',
      '417 ACTIVE_GAMEPLAY',
      '435 RUG_EVENT_1',
      '437 RUG_EVENT_2',
      '438 COOLDOWN',
      '488 PRESALE',
    ]);
    const odd = steps.filter(({ verdict }) => verdict !== 'current');
    expect(odd.map(({ seq, verdict }) => `${seq} ${verdict}`)).toEqual(['264 superseded']);
  });
});

describe('the phase machine', () => {
  it('knows nothing before the first frame', () => {
    const machine = new PhaseMachine();
    expect(machine.phase).toBe('UNKNOWN');
    expect(machine.gameId).toBeUndefined();
  });

  it('goes through a whole game and into the next', () => {
    const frames = [
      ...[countdown('a', 100), tick('a', 0), tick('a', 1), tick('a', 2), rug('a', 3), rug('a', 5)],
      ...[opening('b'), countdown('b', 14_900), countdown('b', 10_000), countdown('b', 100), tick('b', 0)],
    ];
    const steps = observeAll(frames);
    expect(steps.map(({ phase }) => phase)).toEqual([
      ...['PRESALE', 'GAME_ACTIVATION', 'ACTIVE_GAMEPLAY', 'ACTIVE_GAMEPLAY', 'RUG_EVENT_1', 'RUG_EVENT_1'],
      ...['RUG_EVENT_2', 'COOLDOWN', 'PRESALE', 'PRESALE', 'GAME_ACTIVATION'],
    ]);
    expect(steps.every(({ legal, verdict }) => legal && verdict === 'current')).toBe(true);
    expect(steps.flatMap(({ newGame }, index) => (newGame ? [index] : []))).toEqual([0, 6]);
  });

  it('tells what changed', () => {
    const machine = new PhaseMachine();
    const current = { verdict: 'current', legal: true } as const;
    expect(machine.observe(tick('a', 4))).toEqual({
      ...current,
      ...{ phase: 'ACTIVE_GAMEPLAY', previous: 'UNKNOWN', changed: true, newGame: true },
    });
    expect(machine.observe(tick('a', 5))).toEqual({
      ...current,
      ...{ phase: 'ACTIVE_GAMEPLAY', previous: 'ACTIVE_GAMEPLAY', changed: false, newGame: false },
    });
  });

  it('stays in RUG_EVENT_1 when the second rug frame tells a later tick', () => {
    const [, second] = observeAll([rug('a', 16), rug('a', 17)]);
    expect(second).toMatchObject({ phase: 'RUG_EVENT_1', verdict: 'current', changed: false, legal: true });
  });

  it('is in COOLDOWN when the countdown overtakes the frame that opens the new game', () => {
    expect(phasesOf([rug('a', 16), countdown('b', 14_900), opening('b')])).toEqual([
      'RUG_EVENT_1',
      'COOLDOWN',
      'COOLDOWN',
    ]);
  });

  it('ignores a game that was replaced, for as long as 32 others', () => {
    const machine = new PhaseMachine();
    observeAll([rug('old', 9), countdown('new', 14_900)], machine);
    const superseded = { verdict: 'superseded', phase: 'COOLDOWN', changed: false, newGame: false };
    expect(machine.observe(rug('old', 11))).toMatchObject(superseded);
    expect(machine.gameId).toBe('new');
    for (let game = 0; game < 31; game++) machine.observe(countdown(`game-${game}`, 14_900));
    expect(machine.observe(rug('old', 11))).toMatchObject(superseded);
    machine.observe(countdown('the-33rd', 14_900));
    expect(machine.observe(rug('old', 11)).verdict).toBe('current');
  });

  it('drops an active frame of an older tick, and takes the same tick again', () => {
    const machine = new PhaseMachine();
    machine.observe(tick('a', 129));
    expect(machine.observe({ ...tick('a', 128), hasHistory: true }).verdict).toBe('stale');
    expect(machine.observe(tick('a', 0))).toMatchObject({ verdict: 'stale', phase: 'ACTIVE_GAMEPLAY' });
    expect(machine.observe(tick('a', 129)).verdict).toBe('current');
  });

  it('is not taken back into play by a late tick after the rug', () => {
    const machine = new PhaseMachine();
    observeAll([tick('a', 8), rug('a', 9)], machine);
    expect(machine.observe(tick('a', 8))).toMatchObject({ verdict: 'stale', phase: 'RUG_EVENT_1' });
  });

  it('counts ticks anew with each game', () => {
    const frames = [rug('a', 200), countdown('b', 15_000), countdown('b', 100), tick('b', 0)];
    expect(observeAll(frames).at(-1)).toMatchObject({ verdict: 'current', phase: 'GAME_ACTIVATION' });
  });

  it('keeps its phase while a countdown is paused', () => {
    const frames = [
      countdown('a', 12_000),
      countdown('a', 12_000),
      countdown('a', 5_000),
      countdown('a', 5_000),
    ];
    expect(phasesOf(frames)).toEqual(['COOLDOWN', 'COOLDOWN', 'PRESALE', 'PRESALE']);
  });

  it('keeps its phase when a pause shows no time left', () => {
    expect(phasesOf([countdown('a', 9_000), { ...countdown('a', 0), allowPreRoundBuys: false }])).toEqual([
      'PRESALE',
      'PRESALE',
    ]);
  });

  it('keeps its phase at a frame that says nothing about it', () => {
    const silent: PhaseFrame[] = [
      { gameId: 'a', hasHistory: false },
      { gameId: 'a', hasHistory: true, active: false, rugged: false, cooldownTimer: 0 },
    ];
    expect(phasesOf([...silent, tick('a', 3), ...silent])).toEqual([
      ...['UNKNOWN', 'UNKNOWN', 'ACTIVE_GAMEPLAY', 'ACTIVE_GAMEPLAY', 'ACTIVE_GAMEPLAY'],
    ]);
  });

  it('is in COOLDOWN, not at the end of a game, when it joins in a countdown', () => {
    expect(phasesOf([{ ...opening('a'), cooldownTimer: 12_000 }])).toEqual(['COOLDOWN']);
  });

  it('reports an illegal transition and takes it', () => {
    const [, step] = observeAll([tick('a', 5), countdown('b', 3_000)]);
    expect(step).toMatchObject({ phase: 'PRESALE', previous: 'ACTIVE_GAMEPLAY', legal: false });
  });

  it('knows nothing after a reset, from which every phase is legal', () => {
    for (const frame of [
      tick('a', 0),
      tick('a', 7),
      rug('a', 9),
      countdown('a', 12_000),
      countdown('a', 50),
    ]) {
      const machine = new PhaseMachine();
      machine.observe(tick('a', 30));
      machine.reset();
      expect(machine.phase).toBe('UNKNOWN');
      expect(machine.observe(frame)).toMatchObject({ verdict: 'current', legal: true, newGame: false });
      expect(machine.phase).not.toBe('UNKNOWN');
    }
  });

  it('does not forget at a reset which games were replaced', () => {
    const machine = new PhaseMachine();
    observeAll([rug('a', 9), countdown('b', 14_900)], machine);
    machine.reset();
    expect(machine.observe(rug('a', 11))).toMatchObject({ verdict: 'superseded', phase: 'UNKNOWN' });
    machine.observe(countdown('c', 14_900));
    expect(machine.observe(countdown('b', 14_800)).verdict).toBe('superseded');
  });

  it('calls a change legal exactly when its map does, whatever frames arrive', () => {
    const frame = fc.record(
      {
        gameId: fc.constantFrom('a', 'b', 'c', 'd'),
        hasHistory: fc.boolean(),
        active: fc.boolean(),
        rugged: fc.boolean(),
        tickCount: fc.nat({ max: 5 }),
        cooldownTimer: fc.constantFrom(0, 100, 10_000, 15_000),
        allowPreRoundBuys: fc.boolean(),
      },
      { requiredKeys: ['gameId', 'hasHistory'] },
    );
    fc.assert(
      fc.property(fc.array(frame), (frames) => {
        let before: PhaseStep['phase'] = 'UNKNOWN';
        for (const { verdict, previous, phase, changed, legal } of observeAll(frames)) {
          expect(previous).toBe(before);
          expect(changed).toBe(phase !== previous);
          expect(legal).toBe(!changed || LEGAL_TRANSITIONS[previous].includes(phase));
          if (verdict !== 'current') expect(changed).toBe(false);
          before = phase;
        }
      }),
    );
  });
});
