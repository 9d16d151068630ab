import { readFileSync, readdirSync } from 'node:fs';
import type { PhaseFrame } from '../../src/phases.js';

/** Real captured data lies beside the repository, and is no part of it. */
const REAL_DATA = new URL('../../../../../shared/rugs/', import.meta.url);

export interface RealGame {
  gameId: string;
  version: string;
  serverSeed: string;
  serverSeedHash: string;
  peakMultiplier: number;
  rugTick: number;
  /** Ends with the rug price. */
  prices: number[] | null;
}

export interface PublishedExample {
  gameId: string;
  version: string;
  serverSeed: string;
  serverSeedHash: string;
  peakMultiplierRounded: number;
  rugTick: number;
}

export function readRealGames(): { vectors: RealGame[]; verificationPage: PublishedExample[] } {
  const file = new URL('provably_fair_vectors.json', REAL_DATA);
  return JSON.parse(readFileSync(file, 'utf8')) as ReturnType<typeof readRealGames>;
}

export function captureNames(): string[] {
  return readdirSync(new URL('captures/', REAL_DATA)).filter((name) => name.endsWith('.jsonl'));
}

interface CaptureRow {
  seq: number;
  event: string;
  direction?: string;
  data: PhaseFrame & { gameHistory?: unknown };
}

export interface CapturedFrame {
  /** The row's number in its capture. */
  seq: number;
  frame: PhaseFrame;
}

/** The game's frames of one capture, in the order they were received. */
export function readFrames(name: string): CapturedFrame[] {
  const lines = readFileSync(new URL(`captures/${name}`, REAL_DATA), 'utf8')
    .trim()
    .split('\n');
  return lines
    .map((line) => JSON.parse(line) as CaptureRow)
    .filter(({ event, direction }) => event === 'gameStateUpdate' && direction !== 'sent')
    .map(({ seq, data }) => ({ seq, frame: { ...data, hasHistory: data.gameHistory !== undefined } }));
}
