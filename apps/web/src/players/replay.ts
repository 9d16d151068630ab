import { useEffect, useState, type Dispatch, type SetStateAction } from 'react';
import { useKeys } from '../app/keys.js';
import { TICK_MS } from './buttons.js';
import { headAt, headAtAction, headByAction, type Piano, type Playhead } from './piano.js';

export const SPEEDS = [0.5, 1, 2, 4, 8, 16] as const;
/** The rug is looked at for a while before the next game. */
const REST_MS = 1_500;
/** A page that was hidden goes on where it was. */
const LONGEST_FRAME_MS = 250;

/** The replay of a session, and what can be done with it. */
export interface Replay {
  head: Playhead;
  isPlaying: boolean;
  speed: number;
  can: Record<'previousGame' | 'nextGame' | 'previousAction' | 'nextAction', boolean>;
  toggle: () => void;
  setSpeed: (speed: number) => void;
  seek: (tick: number) => void;
  jump: (index: number) => void;
  previousAction: () => void;
  nextAction: () => void;
  previousGame: () => void;
  nextGame: () => void;
}

interface ReplayParts {
  piano: Piano;
  head: Playhead;
  setHead: Dispatch<SetStateAction<Playhead>>;
  /** The last tick of the game that is played; undefined while that is not known: then the clock waits. */
  last: number | undefined;
}

/** Plays a session by the page's own clock, and by its keys. */
export function useReplay({ piano, head, setHead, last }: ReplayParts): Replay {
  const [isPlaying, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(1);
  const isAtEnd = last !== undefined && head.tick >= last;
  const hasNext = head.game + 1 < piano.games.length;

  useEffect(() => {
    if (!isPlaying || last === undefined || isAtEnd) return undefined;
    return everyTick(speed, (ticks) =>
      setHead((before) => headAt(piano, before.game, Math.min(last, before.tick + ticks))),
    );
  }, [piano, isPlaying, speed, last, isAtEnd, head.game]);
  useEffect(() => {
    if (!isPlaying || !isAtEnd) return undefined;
    const timer = window.setTimeout(() => {
      if (hasNext) setHead((before) => headAt(piano, before.game + 1, 0));
      else setPlaying(false);
    }, REST_MS);
    return () => window.clearTimeout(timer);
  }, [piano, isPlaying, isAtEnd, hasNext, head.game]);

  const [previous, next] = [headByAction(piano, head, 'previous'), headByAction(piano, head, 'next')];
  const goTo = (to: Playhead | undefined): void => {
    if (to !== undefined) setHead(to);
  };
  const game = (number: number): void => {
    if (number >= 0 && number < piano.games.length) setHead(headAt(piano, number, 0));
  };
  const replay: Replay = {
    head,
    isPlaying,
    speed,
    can: {
      previousGame: head.game > 0,
      nextGame: hasNext,
      previousAction: previous !== undefined,
      nextAction: next !== undefined,
    },
    toggle: () => {
      // At the very end there is only the beginning to play.
      if (!isPlaying && isAtEnd && !hasNext) game(0);
      setPlaying(!isPlaying);
    },
    setSpeed,
    seek: (tick) => setHead(headAt(piano, head.game, tick)),
    jump: (index) => goTo(headAtAction(piano, index)),
    previousAction: () => goTo(previous),
    nextAction: () => goTo(next),
    previousGame: () => game(head.game - 1),
    nextGame: () => game(head.game + 1),
  };
  useKeys([
    { keys: [' '], does: 'Plays or pauses the session', run: replay.toggle },
    { keys: ['ArrowLeft'], shown: '←', does: 'Goes to the previous action', run: replay.previousAction },
    { keys: ['ArrowRight'], shown: '→', does: 'Goes to the next action', run: replay.nextAction },
    { keys: ['n'], does: 'Goes to the next game', run: replay.nextGame },
    { keys: ['p'], does: 'Goes to the previous game', run: replay.previousGame },
  ]);
  return replay;
}

/** Counts ticks by the frames of the page; returns what stops it. */
function everyTick(speed: number, tell: (ticks: number) => void): () => void {
  let before = performance.now();
  let owed = 0;
  const step = (now: number): void => {
    owed += (Math.min(Math.max(0, now - before), LONGEST_FRAME_MS) * speed) / TICK_MS;
    before = now;
    const whole = Math.floor(owed);
    owed -= whole;
    if (whole > 0) tell(whole);
    frame = window.requestAnimationFrame(step);
  };
  let frame = window.requestAnimationFrame(step);
  return () => window.cancelAnimationFrame(frame);
}
