import { useRef, useState } from 'react';
import { useKeys } from '../app/keys.js';
import { failureOf } from '../app/resource.js';
import { goTo, hrefOf } from '../app/route.js';
import { Empty, Loaded } from '../app/States.js';
import { useStore } from '../app/store.js';
import { Distributions } from './Distributions.js';
import { Filters } from './Filters.js';
import { GamesTable } from './GamesTable.js';
import { resourceOf, type ListingState } from './listing.js';
import { choosesByOutcome, hasFilters, newestFirst, problemsOf, withoutFilters } from './search.js';
import { useListing } from './useListing.js';
import { useNewGames } from './useNewGames.js';

const PAGE = 50;
const LARGEST_PAGE = 200;
/** The distributions are of so many games, and of as many more at each wish. */
const COUNTED = 1_000;

/** Every recorded game that the address asks for, and how they are distributed. */
export function GamesList({ search }: { search: URLSearchParams }) {
  const [counted, setCounted] = useState(COUNTED);
  const table = useListing({ use: 'table', search, pageSize: PAGE, least: PAGE });
  const listed = useStore(table);
  const sample = useListing({
    use: 'sample',
    search: newestFirst(search),
    pageSize: LARGEST_PAGE,
    // What the table's search was refused for is not asked again.
    least: listed.isLoaded ? counted : 0,
  });
  const sampled = useStore(sample);
  const fresh = useNewGames(search, sample);
  const filters = useRef<HTMLFormElement>(null);
  useKeys([
    { keys: ['/'], does: 'Goes to the filters', run: () => filters.current?.querySelector('input')?.focus() },
  ]);

  const refusal = refusalOf(listed);
  const reload = (): void => {
    void table.reload();
    void sample.reload().then(() => sample.upTo(counted));
  };
  return (
    <main className="list">
      <section aria-labelledby="games-title">
        <div className="title">
          <h1 id="games-title">Recorded games</h1>
          <p className="quiet" role="status">
            {listed.isLoaded && countWords(listed, sampled)}
          </p>
          {fresh > 0 && (
            <button type="button" className="primary" onClick={reload}>
              {fresh === 1 ? '1 new game' : `${fresh} new games`}
            </button>
          )}
        </div>
        <Filters search={search} problems={problemsOf(refusal)} place={filters} />
        {refusal !== '' ? (
          <Empty title="The filters do not fit">
            <p>What is wrong is said beside them.</p>
          </Empty>
        ) : (
          <Loaded resource={resourceOf(listed)} what="the recorded games" retry={() => void table.more()}>
            {({ games, next }) =>
              games.length === 0 ? (
                <NoGames search={search} />
              ) : (
                <>
                  <GamesTable games={games} search={search} />
                  {next !== null && (
                    <button
                      type="button"
                      className="more"
                      disabled={listed.isBusy}
                      onClick={() => void table.more()}
                    >
                      {listed.isBusy ? 'Loading' : `Load ${PAGE} more`}
                    </button>
                  )}
                </>
              )
            }
          </Loaded>
        )}
      </section>
      {listed.games.length > 0 && (
        <Distributions
          sampled={sampled}
          wanted={counted}
          isFair={!choosesByOutcome(search)}
          more={() => setCounted(sampled.games.length + COUNTED)}
          retry={() => void sample.more().then(() => sample.upTo(counted))}
        />
      )}
    </main>
  );
}

function NoGames({ search }: { search: URLSearchParams }) {
  if (!hasFilters(search))
    return (
      <Empty title="No game has been recorded yet">
        <p>Each game is listed here as soon as it is over.</p>
      </Empty>
    );
  return (
    <Empty title="No recorded game fits the filters">
      <button type="button" onClick={() => goTo(hrefOf('games', null, withoutFilters(search)))}>
        Show all games
      </button>
    </Empty>
  );
}

/** What the gateway says of filters that do not fit; empty when it says nothing of that kind. */
function refusalOf({ error, isLoaded }: ListingState): string {
  return error !== null && !isLoaded && failureOf(error) === 'other' ? error.message : '';
}

/** `50 of 1,000+ games` */
function countWords(listed: ListingState, sampled: ListingState): string {
  const shown = listed.games.length;
  if (listed.next === null) return shown === 1 ? '1 game' : `${shown.toLocaleString()} games`;
  const known = Math.max(shown, sampled.games.length);
  const isAll = sampled.isLoaded && sampled.next === null;
  return `${shown.toLocaleString()} of ${known.toLocaleString()}${isAll ? '' : '+'} games`;
}
