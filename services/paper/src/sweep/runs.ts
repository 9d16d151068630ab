import type { GameRecording, Strategy } from '@vectra/protocol';
import { BacktestRun, type GameResult } from '../backtest/run.js';
import { loadBehaviour } from '../plugins/load.js';
import type { Behaviour, PastGame } from '../session/behaviour.js';
import { Solvency } from '../session/solvency.js';
import { ChanceOfOne, SAMPLES, weightsOf } from './chance.js';
import { resultOf, type Outcome, type Result } from './outcome.js';

/** One strategy through the training or the test games. */
class Run {
  readonly #run: BacktestRun;
  readonly #solvency = new Solvency();

  constructor(strategy: Strategy, behaviour: Behaviour, past: readonly PastGame[] = []) {
    this.#run = new BacktestRun(strategy, behaviour, past);
  }

  play(game: GameRecording): GameResult {
    const result = this.#run.play(game);
    for (const happening of this.#run.take().history) this.#solvency.add(happening);
    return result;
  }

  get past(): readonly PastGame[] {
    return this.#run.past;
  }

  get result(): Result {
    return resultOf(this.#run.session, this.#solvency.brokeAfter);
  }
}

interface Combination {
  strategy: Strategy;
  train: Run;
  /** Begins anew with the first test game. */
  test: Run | undefined;
  testBehaviour: Behaviour;
  chance: ChanceOfOne;
}

/**
 * Many strategies through the same games, training games first, then test games. In both a strategy begins with its initial balance;
 * in the test it can look back on the last training games, as it could have in life. Only sums are kept.
 */
export class SweepRuns {
  readonly #combinations: readonly Combination[];
  readonly #weights = new Float64Array(SAMPLES);

  private constructor(combinations: readonly Combination[]) {
    this.#combinations = combinations;
  }

  /** @throws Error when a strategy's plug-in cannot be loaded. */
  static async open(strategies: readonly Strategy[], plugins: string): Promise<SweepRuns> {
    const combinations: Combination[] = [];
    for (const strategy of strategies)
      combinations.push({
        strategy,
        train: new Run(strategy, await loadBehaviour(strategy, plugins)),
        test: undefined,
        testBehaviour: await loadBehaviour(strategy, plugins),
        chance: new ChanceOfOne(),
      });
    return new SweepRuns(combinations);
  }

  /** `index`: of the game among all of them. */
  play(game: GameRecording, part: 'train' | 'test', index: number): void {
    if (part === 'train') weightsOf(index, this.#weights);
    for (const combination of this.#combinations) {
      const { train, chance } = combination;
      const run = part === 'train' ? train : (combination.test ??= this.#test(combination));
      const { bets, profit, wallet } = run.play(game);
      if (part === 'train' && bets > 0)
        chance.add(Number(profit) / (Number(wallet) - Number(profit)), this.#weights);
    }
  }

  outcomes(): Outcome[] {
    return this.#combinations.map((combination) => ({
      train: combination.train.result,
      test: (combination.test ?? this.#test(combination)).result,
      chance: combination.chance.samples(),
    }));
  }

  #test({ strategy, train, testBehaviour }: Combination): Run {
    return new Run(strategy, testBehaviour, train.past);
  }
}
