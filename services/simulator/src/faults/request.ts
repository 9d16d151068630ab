import { z } from 'zod';

/** Connections without a login, and those of the logged-in page. */
export const AUDIENCES = ['public', 'page'] as const;
export type Audience = (typeof AUDIENCES)[number];

const COUNT = { min: 1, max: 1_000_000 };
const DURATION_MS = { min: 1, max: 3_600_000 };
/** What of the account can be changed; its figures are far smaller than this. */
export const TAMPERED = ['cash', 'positionQty', 'avgCost'] as const;
const BY = 1_000;
const BYTES = { min: 1024, max: 64 * 1024 * 1024 };

const extent = {
  /** Whose connections; `all` by default. */
  sockets: z.enum(['all', ...AUDIENCES]).default('all'),
  count: z.int().min(COUNT.min).max(COUNT.max).optional(),
  /** Milliseconds of real time. */
  durationMs: z.int().min(DURATION_MS.min).max(DURATION_MS.max).optional(),
};
/** `*` means any. */
const event = z.string().min(1).max(100).default('gameStateUpdate');

const kinds = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('drop'), event, ...extent }),
    z.strictObject({ kind: z.literal('disconnect'), ...extent }),
    z.strictObject({ kind: z.literal('stall'), ...extent }),
    z.strictObject({ kind: z.literal('duplicate'), event, ...extent }),
    z.strictObject({ kind: z.literal('reorder'), ...extent }),
    z.strictObject({ kind: z.literal('malformed'), event, ...extent }),
    z.strictObject({
      kind: z.literal('oversized'),
      event,
      bytes: z
        .int()
        .min(BYTES.min)
        .max(BYTES.max)
        .default(4 * 1024 * 1024),
      ...extent,
    }),
    z.strictObject({ kind: z.literal('no-frame-c'), ...extent }),
    z.strictObject({ kind: z.literal('history-without-prices'), ...extent }),
    z.strictObject({
      kind: z.literal('drift'),
      field: z.enum(TAMPERED).default('cash'),
      by: z.number().min(-BY).max(BY).default(-0.01),
    }),
  ],
  {
    error:
      'expected drop, disconnect, stall, duplicate, reorder, malformed, oversized, no-frame-c, history-without-prices or drift',
  },
);

/** What `POST /api/simulator/faults` takes: a kind, and how often (`count`, 1 by default) or how long (`durationMs`). */
export const faultRequest = kinds.refine(
  (request) => request.kind === 'drift' || request.count === undefined || request.durationMs === undefined,
  { error: 'expected count or durationMs, not both' },
);

export type FaultRequest = z.infer<typeof faultRequest>;
/** The server's account changes, and nothing tells of it but what the account is told next. */
export type Drift = Extract<FaultRequest, { kind: 'drift' }>;
/** What happens between the server and its clients. */
export type LineRequest = Exclude<FaultRequest, Drift>;
