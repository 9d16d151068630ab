import { eventData, gameRecording, gameSummary, PHASES, resumeToken } from '@vectra/protocol';
import { z } from 'zod';
import { next } from './paging.js';

/** What the REST routes answer, for the documentation; the compiler checks that they do. */
const meta = gameRecording.shape.meta;
const time = z.int().describe('Unix ms.');
const trade = eventData['player.trade']
  .omit({ coin: true, bonusPortion: true, realPortion: true })
  .extend({ timestamp: time });
const knownPrices = z
  .array(z.number().nullable())
  .describe('prices[k]: at tick k; null where it is not known.');

export const gamesPage = z.object({
  games: z.array(gameSummary),
  next,
});

export const recentGames = z.object({
  since: resumeToken.nullable().describe('Subscribe with it, and nothing is missed after this answer.'),
  current: z
    .object({
      since: resumeToken,
      gameId: z.string(),
      phase: z.enum(PHASES),
      cooldownTimer: z.number().describe('Milliseconds left of the countdown; 0 in play.'),
      tick: z.int().nullable(),
      price: z.number().nullable(),
      prices: knownPrices,
      startedAt: time.nullable(),
      serverSeedHash: z.string().nullable(),
      end: z
        .object({
          reason: z.enum(['rugged', 'interrupted']),
          tick: z.int().nullable(),
          price: z.number().nullable(),
        })
        .nullable(),
      trades: z.array(trade).describe('Newest first.'),
    })
    .nullable()
    .describe('The running game, or the one that just ended.'),
  games: z.array(meta.extend({ prices: knownPrices })).describe('Finished games, newest first.'),
});

const problem = z.object({
  part: z
    .string()
    .describe('What it is about: `redis`, `service feed`, `source public`, `group recorder`, `gateway`.'),
  message: z.string(),
  remedy: z.string(),
});

const serviceState = z.looseObject({
  name: z.string(),
  instance: z.string(),
  host: z.string(),
  pid: z.int(),
  startedAt: time,
  at: time,
  ok: z.boolean(),
  fresh: z.boolean().describe('Heard of lately.'),
  detail: z.record(z.string(), z.unknown()),
});

export const healthReport = z.object({
  status: z.enum(['ok', 'degraded', 'down']),
  problems: z.array(problem),
  notes: z.array(problem).describe('What is as somebody wished it, and should still be known.'),
  services: z.record(z.string(), z.object({ ok: z.boolean(), instances: z.array(serviceState) })),
  sources: z.array(
    z.looseObject({
      service: z.string(),
      instance: z.string(),
      source: z.string(),
      connected: z.boolean(),
      reconnects: z.number(),
      lastEventAt: z.number().nullable(),
    }),
  ),
  log: z.object({
    epoch: z.string().nullable(),
    first: z.number(),
    last: z.number(),
    reachable: z.boolean(),
  }),
  groups: z.array(
    z.object({
      name: z.string(),
      lag: z.number(),
      pending: z.number(),
      deadLetters: z.number(),
      required: z.boolean(),
    }),
  ),
  gateway: z.object({
    clients: z.number(),
    latencyMs: z.object({
      p50: z.number().nullable(),
      p95: z.number().nullable(),
      p99: z.number().nullable(),
    }),
    position: z.number(),
  }),
  at: time,
});

/** What a recorder that runs says of its recording, in its heartbeat. */
export const recordingStatus = z.object({
  state: z.string(),
  /** Unix ms; null when nobody has wished anything. */
  since: z.number().nullable(),
  by: z.string().nullable(),
  gameId: z.string().nullable(),
  says: z.string(),
});

export const recorderReport = z.object({
  wish: z
    .object({ recording: z.enum(['on', 'paused']), at: time, by: z.string() })
    .nullable()
    .describe('What an operator wants; null when nobody has said anything: the recorder records.'),
  recorders: z.array(z.object({ instance: z.string(), ...recordingStatus.shape })),
});
