import { parentPort } from 'node:worker_threads';
import { reasonOf } from '@vectra/service-kit';
import { pack, unpack } from '../backtest/packed.js';
import { BacktestRun } from '../backtest/run.js';
import { loadChunk } from '../backtest/source.js';
import { loadBehaviour } from '../plugins/load.js';
import { SweepRuns } from '../sweep/runs.js';
import type { Assignment, Finished, Replies, Stretch, Task } from './tasks.js';

/** One thread of a crew: loads games, and plays strategies through them. */
interface Player {
  play(stretch: Stretch): Replies['play'];
  finish(): Finished;
}

class BacktestPlayer implements Player {
  readonly #runs: readonly BacktestRun[];

  constructor(runs: readonly BacktestRun[]) {
    this.#runs = runs;
  }

  play({ games }: Stretch): Replies['play'] {
    for (const game of unpack(games)) for (const run of this.#runs) run.play(game);
    return this.#runs.map((run) => run.take());
  }

  finish(): Finished {
    return { sessions: this.#runs.map(({ session }) => session), outcomes: [] };
  }
}

class SweepPlayer implements Player {
  readonly #runs: SweepRuns;

  constructor(runs: SweepRuns) {
    this.#runs = runs;
  }

  play({ games, first, part }: Stretch): Replies['play'] {
    unpack(games).forEach((game, index) => this.#runs.play(game, part, first + index));
    return [];
  }

  finish(): Finished {
    return { sessions: [], outcomes: this.#runs.outcomes() };
  }
}

async function playerFor({ kind, strategies, plugins }: Assignment): Promise<Player> {
  if (kind === 'sweep') return new SweepPlayer(await SweepRuns.open(strategies, plugins));
  const runs: BacktestRun[] = [];
  for (const strategy of strategies)
    runs.push(new BacktestRun(strategy, await loadBehaviour(strategy, plugins)));
  return new BacktestPlayer(runs);
}

let player: Player | undefined;

async function done(task: Task): Promise<Replies[Task['kind']]> {
  switch (task.kind) {
    case 'open':
      player = await playerFor(task.assignment);
      return null;
    case 'load': {
      const { games, leftOut } = loadChunk(task.chunk, task.filter);
      return { games: pack(games), leftOut };
    }
    case 'play':
      return opened().play(task);
    case 'finish':
      return opened().finish();
  }
}

function opened(): Player {
  if (player === undefined) throw new Error('expected an assignment before games');
  return player;
}

const port = parentPort;
if (port === null) throw new Error('expected to be a thread of a crew');
port.on('message', (task: Task) => {
  done(task).then(
    (reply) => port.postMessage({ reply }),
    (error: unknown) => port.postMessage({ error: reasonOf(error) }),
  );
});
