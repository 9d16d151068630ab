import type { GameRecording } from '@vectra/protocol';
import { useMemo, useState } from 'react';
import { multiplier } from '../app/words.js';
import { compare, type Claim, type Comparison } from './agreement.js';
import { ClaimForm } from './ClaimForm.js';
import { TickGrid } from './TickGrid.js';
import { pageOf, TickTable } from './TickTable.js';

/** Derives the game's prices from its seed in the browser, and shows tick by tick whether they are the recorded ones. */
export default function FairPanel({ recording }: { recording: GameRecording }) {
  const [own, setOwn] = useState<Claim | null>(null);
  const recorded = useMemo(() => recordedClaim(recording), [recording]);
  const claim = own ?? recorded;
  return (
    <section aria-labelledby="fair">
      <div className="title">
        <h2 id="fair">Provably fair</h2>
        <p className="quiet">
          {own === null
            ? 'Derived in this browser from the revealed seed'
            : 'Derived in this browser from what was entered'}
        </p>
      </div>
      {claim === null ? (
        <p>The seed of this game is not known yet. It is revealed after the rug, up to ten games later.</p>
      ) : (
        <Result key={JSON.stringify([claim.gameId, claim.serverSeed, claim.version])} claim={claim} />
      )}
      <p className="quiet note">
        The price of the rug itself cannot be derived: the seed decides at which tick the game rugs, and every
        price before it, but the game draws the rug’s price elsewhere (so far 0 to 0.02 of the price before
        it, or of 1 if that is less).
      </p>
      <details>
        <summary>Check a seed by hand</summary>
        <ClaimForm recording={recording} check={setOwn} isOwn={own !== null} />
      </details>
    </section>
  );
}

function Result({ claim }: { claim: Claim }) {
  const result = useMemo(() => compare(claim), [claim]);
  const [page, setPage] = useState(0);
  const [isOpen, setOpen] = useState(false);
  const turnTo = (tick: number): void => {
    setPage(pageOf(tick));
    setOpen(true);
  };
  return (
    <>
      <Verdict result={result} />
      <dl className="seed">
        <Item name="Seed" value={claim.serverSeed} />
        <Item name="Its hash" value={result.hash} />
        <Item name="Announced hash" value={claim.serverSeedHash ?? 'not known'}>
          {result.isHashRight === true && <span className="gain"> ✓ the same</span>}
          {result.isHashRight === false && <span className="bad"> ≠ another one</span>}
        </Item>
        <Item name="Version" value={result.version} />
        <Item
          name="By the seed"
          value={`${result.rugTick === null ? 'no rug within 5,000 ticks' : `rug at tick ${result.rugTick}`}, peak ${multiplier(result.peak)}x`}
        />
      </dl>
      <TickGrid result={result} pick={turnTo} />
      <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>Every tick: recorded and derived</summary>
        {isOpen && <TickTable ticks={result.ticks} page={page} turn={setPage} />}
      </details>
    </>
  );
}

function Item({ name, value, children }: { name: string; value: string; children?: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        {children}
      </dd>
    </div>
  );
}

function Verdict({ result }: { result: Comparison }) {
  const { verdict, counts, first } = result;
  const compared = counts.agrees + counts.differs;
  if (verdict === 'nothing')
    return (
      <p className="verdict" role="status">
        There is neither a recording nor an announced hash to compare with: this is what the seed gives.
      </p>
    );
  if (verdict === 'agrees')
    return (
      <p className="verdict gain" role="status">
        ✓{' '}
        {compared === 0
          ? 'The hash agrees; there is no price to compare.'
          : `All ${compared.toLocaleString()} prices agree to the last bit.`}
        {counts.unrecorded > 0 && <span className="quiet"> {counts.unrecorded} ticks are not recorded.</span>}
      </p>
    );
  return (
    <p className="verdict bad" role="status">
      ≠{' '}
      {first === undefined
        ? 'The seed is not the announced one.'
        : `${counts.differs.toLocaleString()} of ${compared.toLocaleString()} prices disagree, the first at tick ${first.tick}: ` +
          `recorded ${first.recorded ?? 'none'}, derived ${first.derived ?? 'none'}.`}
    </p>
  );
}

/** null as long as the seed is not known. */
function recordedClaim({ meta, prices }: GameRecording): Claim | null {
  if (meta.server_seed === null) return null;
  return {
    gameId: meta.game_id,
    serverSeed: meta.server_seed,
    serverSeedHash: meta.server_seed_hash,
    // Recordings do not name it.
    version: null,
    prices,
    rugTick: meta.rug_tick,
  };
}
