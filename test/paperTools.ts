import { freePort, LocalSystem } from '@vectra/launcher';
import { BacktestRun, builtIn, type Backtest } from '@vectra/paper';
import type { GameRecording, PaperMessage, Strategy } from '@vectra/protocol';
import type { EventLog } from '@vectra/stream';
import { cleanEnvironment, eventually, recordingsIn, type TestSystem } from './harness.js';

/** One more instance that shares the sessions of a system. */
export function paperInstance(
  { system }: TestSystem,
  env: Record<string, string> = {},
): Promise<LocalSystem> {
  return freePort().then((port) =>
    LocalSystem.start({
      demo: false,
      env: {
        ...cleanEnvironment(),
        ...{ REDIS_URL: system.redisUrl, PAPER_PORT: String(port), PAPER_MAX_LAG_MS: '600000' },
        ...{ LEASE_TTL_MS: '1500', LOG_LEVEL: 'warn', ...env },
      },
      say: () => undefined,
      stdio: 'ignore',
      services: ['paper'],
    }),
  );
}

/** Opens sessions as a gateway does, again where an instance that was killed left no answer. */
export async function openSessions(
  log: EventLog,
  wanted: readonly (readonly [string, Strategy])[],
): Promise<void> {
  const stop = new AbortController();
  const made = new Set<string>();
  const problems: PaperMessage[] = [];
  const listening = (async () => {
    for await (const message of log.paper.messages({ after: '0-0', signal: stop.signal })) {
      if (message.kind === 'session') made.add(message.session.session_id);
      else problems.push(message);
    }
  })();
  for (const [session, strategy] of wanted)
    await log.paper.send({ kind: 'open', session, strategy, ref: `open ${session}` });
  await eventually(`${wanted.length} sessions are made`, () => {
    if (problems.length > 0) throw new Error(JSON.stringify(problems[0]));
    return wanted.every(([session]) => made.has(session));
  });
  stop.abort();
  await listening;
}

/** Waits until every slot of paper trading has processed all that is in the log now. */
export async function paperCaughtUp(log: EventLog, timeoutMs = 120_000): Promise<void> {
  const { last } = await log.state();
  const isDone = async (): Promise<boolean> => {
    const slots = (await log.groups()).filter(({ name }) => name.startsWith('paper:'));
    return slots.length > 0 && slots.every(({ delivered, pending }) => delivered >= last && pending === 0);
  };
  await eventually(`paper trading processes event ${last}`, isDone, timeoutMs);
}

/** The recordings of these games, in this order. */
export async function recordingsOf(dataDir: string, games: readonly string[]): Promise<GameRecording[]> {
  const recordings = new Map((await recordingsIn(dataDir)).map((game) => [game.meta.game_id, game]));
  return games.map((id) => {
    const recording = recordings.get(id);
    if (recording?.meta.complete !== true) throw new Error(`expected a complete recording of game ${id}`);
    return recording;
  });
}

export function backtest(played: Strategy, games: readonly GameRecording[]): Backtest {
  if (played.kind === 'plugin') throw new Error('expected a strategy that is data');
  const run = new BacktestRun(played, builtIn(played));
  for (const game of games) run.play(game);
  return run.result;
}
