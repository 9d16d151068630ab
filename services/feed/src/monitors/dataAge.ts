import { isPaused, payloadOf, type UpstreamEvent } from '../wire.js';

/** What the newest frame says of when the next one is due. */
type Rhythm = 'play' | 'countdown' | 'paused';

/**
 * How old the newest frame may be, ms. In play one comes every 250 ms, in a countdown every 100 ms; between the first frame of a rug
 * and the next 0.8 to 5.3 s passed in real games. A game that its operator has paused may say nothing for as long as it likes.
 */
const LONGEST_MS: Record<Rhythm, number> = { play: 8_000, countdown: 20_000, paused: Infinity };
/** A connection begins with a frame, at once. */
const LONGEST_BEFORE_FIRST_MS = 8_000;

export interface DataAge {
  ok: boolean;
  /** Of the newest frame; null before the first since the connection is there. */
  ageMs: number | null;
  /** What is wrong, in words; null while all is well. */
  problem: string | null;
}

/** Judges a connection by the age of what came through it, in the phase it is in: one may be open and tell nothing. Pure. */
export class DataWatch {
  #connectedAt: number | null = null;
  #frame: { at: number; rhythm: Rhythm } | null = null;

  /** @param at Unix ms. */
  connected(at: number): void {
    this.#connectedAt ??= at;
  }

  /** No connection is left: its silence is no wonder. */
  lost(): void {
    this.#connectedAt = null;
    this.#frame = null;
  }

  heard({ name, args, receivedAt }: UpstreamEvent): void {
    if (name === 'gameStateUpdate') this.#frame = { at: receivedAt, rhythm: rhythmOf(payloadOf(args)) };
  }

  /** @param now Unix ms. */
  assess(now: number): DataAge {
    const frame = this.#frame;
    const connectedAt = this.#connectedAt;
    if (connectedAt === null)
      return { ok: true, ageMs: frame === null ? null : now - frame.at, problem: null };
    if (frame === null) {
      const waited = now - connectedAt;
      const ok = waited <= LONGEST_BEFORE_FIRST_MS;
      return {
        ok,
        ageMs: null,
        problem: ok ? null : `connected for ${seconds(waited)}, and no frame of the game came`,
      };
    }
    const ageMs = now - frame.at;
    const ok = ageMs <= LONGEST_MS[frame.rhythm];
    const where = frame.rhythm === 'play' ? 'in play' : 'in the countdown';
    return { ok, ageMs, problem: ok ? null : `connected, and silent for ${seconds(ageMs)} ${where}` };
  }
}

function rhythmOf(payload: unknown): Rhythm {
  if (typeof payload !== 'object' || payload === null) return 'play';
  if (isPaused(payload)) return 'paused';
  const { active, rugged } = payload as Record<string, unknown>;
  return active === true && rugged !== true ? 'play' : 'countdown';
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}
