import { useMemo, useState } from 'react';
import { Bars, Curves } from '../app/Curves.js';
import { count, figure, gainTone, percent, plainSol, signedSol, sol } from '../app/figures.js';
import { GamesTable } from './GamesTable.js';
import type { ReportReader } from './reader.js';
import type { Backtest, Summary } from './report.js';

/** A report: its strategies compared when there are several, and one of them in full. */
export function ReportView({ reader, backtests }: { reader: ReportReader; backtests: Backtest[] }) {
  const [index, setIndex] = useState(0);
  const shown = backtests[index];
  if (shown === undefined) return null;
  return (
    <>
      {backtests.length > 1 && <Comparison backtests={backtests} index={index} choose={setIndex} />}
      <One key={index} index={index} reader={reader} backtest={shown} />
    </>
  );
}

interface ComparisonProps {
  backtests: readonly Backtest[];
  index: number;
  choose: (index: number) => void;
}

function Comparison({ backtests, index, choose }: ComparisonProps) {
  const lines = useMemo(
    () =>
      backtests.map(({ summary, wallets }) => ({
        name: summary.strategy.name,
        values: wallets.map((wallet) => wallet / Number(summary.initial)),
      })),
    [backtests],
  );
  return (
    <section aria-labelledby="compared">
      <h2 id="compared">{backtests.length} strategies compared</h2>
      <Curves
        lines={lines}
        base={1}
        label="Wallets after each game, by what each began with"
        show={(value) => percent(value - 1, 0)}
      />
      <div className="scroll" role="region" aria-label="Strategies compared" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Strategy</th>
              {[
                'Profit, SOL',
                'Staked in',
                'Won',
                'Drawdown',
                'Profit factor',
                'Sharpe, a game',
                'Mean return',
                'its 95 %',
              ].map((name) => (
                <th key={name} scope="col" className="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {backtests.map(({ summary }, at) => (
              <ComparedRow key={at} summary={summary} isShown={at === index} show={() => choose(at)} />
            ))}
          </tbody>
        </table>
      </div>
      <p className="quiet">
        The best of several looks better than it is: choose on some games, and believe it on others.
      </p>
    </section>
  );
}

function ComparedRow({ summary, isShown, show }: { summary: Summary; isShown: boolean; show: () => void }) {
  const { meanReturn: mean } = summary;
  return (
    <tr>
      <th scope="row">
        <button type="button" aria-pressed={isShown} onClick={show}>
          {summary.strategy.name}
        </button>
      </th>
      <td className={`number ${gainTone(summary.profit)}`}>{signedSol(summary.profit)}</td>
      <td className="number">{count(summary.gamesStaked)}</td>
      <td className="number">{percent(summary.winRate)}</td>
      <td className="number">
        {summary.brokeAfter === null
          ? percent(summary.maxDrawdown)
          : `broke after ${count(summary.brokeAfter)}`}
      </td>
      <td className="number">{figure(summary.profitFactor)}</td>
      <td className="number">{figure(summary.sharpe)}</td>
      <td className="number">{percent(mean?.mean ?? null, 3)}</td>
      <td className="number">
        {mean === null ? '–' : `${percent(mean.low, 3)} to ${percent(mean.high, 3)}`}
      </td>
    </tr>
  );
}

function One({ index, reader, backtest }: { index: number; reader: ReportReader; backtest: Backtest }) {
  const { summary, wallets, drawdowns, returns, span } = backtest;
  const [walletLines, fallLines] = useMemo(
    () => [[{ name: summary.strategy.name, values: wallets }], [{ name: 'drawdown', values: drawdowns }]],
    [summary, wallets, drawdowns],
  );
  const initial = Number(summary.initial);
  return (
    <>
      <section aria-labelledby="strategy">
        <h2 id="strategy">{summary.strategy.name}</h2>
        <p className="quiet">
          {count(summary.games)} games
          {span === null ? '' : `, ${span.first.slice(0, 10)} to ${span.last.slice(0, 10)} (UTC)`}
          {summary.leftOut > 0 ? `, ${count(summary.leftOut)} left out` : ''}
        </p>
        {summary.error !== null && (
          <p className="notice">The strategy failed and was given up: {summary.error}</p>
        )}
        {summary.brokeAfter !== null && (
          <p className="notice">
            It went broke: after {count(summary.brokeAfter)} games it could not pay for its stakes any more.
          </p>
        )}
        <Figures summary={summary} />
      </section>
      <section aria-labelledby="wallet">
        <h2 id="wallet">Wallet, SOL</h2>
        <Curves
          lines={walletLines}
          base={initial}
          label={`The wallet after each of ${count(summary.games)} games: from ${sol(initial)} to ${sol(summary.wallet)} SOL`}
          show={figure}
          filled
        />
        <h2>Drawdown</h2>
        <Curves
          lines={fallLines}
          base={0}
          label={`The fall of the wallet from its peak after each game, ${percent(summary.maxDrawdown)} at its largest`}
          show={(value) => percent(value, 0)}
          filled
        />
      </section>
      <section aria-labelledby="returns">
        <h2 id="returns">Returns of games in which something was staked</h2>
        <Bars
          values={returns}
          label={`How often a game had which return, of ${count(returns.length)}`}
          show={(value) => percent(value, 2)}
        />
        <p className="quiet">Heights are square roots of counts, so that rare ones are seen.</p>
      </section>
      <GamesTable index={index} reader={reader} />
      <section aria-labelledby="json">
        <h2 id="json">Strategy</h2>
        <pre>{JSON.stringify(summary.strategy, null, 2)}</pre>
      </section>
    </>
  );
}

function Figures({ summary }: { summary: Summary }) {
  const { meanReturn: mean, sidebets, winRateInterval: won, house } = summary;
  const within = ({ low, high }: { low: number; high: number }, digits: number): string =>
    `95 %: ${percent(low, digits)} to ${percent(high, digits)}`;
  const rows: { name: string; value: string; small?: string; tone?: string }[] = [
    {
      name: 'Wallet, SOL',
      value: sol(summary.wallet),
      small: `from ${plainSol(summary.initial)}, peak ${sol(summary.peakWallet)}`,
    },
    { name: 'Profit, SOL', value: signedSol(summary.profit), tone: gainTone(summary.profit) },
    {
      name: 'Mean return, a game',
      value: percent(mean?.mean ?? null, 3),
      ...(mean === null ? {} : { small: within(mean, 3) }),
    },
    { name: 'Largest drawdown', value: percent(summary.maxDrawdown) },
    { name: 'Won', value: percent(summary.winRate), ...(won === null ? {} : { small: within(won, 1) }) },
    ...(sidebets === null ? [] : [sidebetRow(sidebets, house.sidebetChance)]),
    {
      name: 'A staked SOL brought back',
      value: summary.broughtBack?.toFixed(4) ?? '–',
      small: `${sol(summary.staked)} SOL staked`,
    },
    { name: 'Profit factor', value: figure(summary.profitFactor) },
    { name: 'Sharpe, a game', value: figure(summary.sharpe) },
    { name: 'Staked in', value: `${count(summary.gamesStaked)} games` },
    { name: 'Bets', value: count(summary.betsPlaced), small: `${count(summary.refused)} orders refused` },
  ];
  return (
    <dl className="figures">
      {rows.map(({ name, value, small, tone }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className={tone}>
            {value}
            {small !== undefined && <small>{small}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function sidebetRow({ settled, won }: NonNullable<Summary['sidebets']>, chance: number) {
  return {
    name: 'Sidebets won',
    value: percent(won / settled, 2),
    small: `chance gives ${percent(chance, 2)}`,
  };
}
