import { RestError } from '@vectra/client';
import type { GameRecording } from '@vectra/protocol';
import { useState, type SubmitEvent } from 'react';
import { api } from '../app/access.js';
import type { Claim } from './agreement.js';

interface ClaimFormProps {
  /** The game whose page it is. */
  recording: GameRecording;
  /** Shows what comes of it; null: what the recording says. */
  check: (claim: Claim | null) => void;
  /** What is shown was entered here. */
  isOwn: boolean;
}

const VERSIONS = [
  ['', 'whichever agrees'],
  ['v3', 'v3'],
  ['v2', 'v2'],
  ['v1', 'v1'],
] as const;

/** Takes a seed, a game and a version from somebody who wants to see for themselves. */
export function ClaimForm({ recording, check, isOwn }: ClaimFormProps) {
  const { game_id, server_seed } = recording.meta;
  const [seed, setSeed] = useState(server_seed ?? '');
  const [gameId, setGameId] = useState(game_id);
  const [version, setVersion] = useState('');
  const [problem, setProblem] = useState('');

  const submit = async (): Promise<void> => {
    setProblem('');
    try {
      const known = gameId === game_id ? recording : await recordingOf(gameId);
      check({
        gameId,
        serverSeed: seed,
        serverSeedHash: known?.meta.server_seed_hash ?? null,
        version: version === '' ? null : version,
        prices: known?.prices ?? [],
        rugTick: known?.meta.rug_tick ?? null,
      });
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <form
      className="claim"
      aria-label="Check a seed by hand"
      onSubmit={(event: SubmitEvent) => {
        event.preventDefault();
        void submit();
      }}
    >
      <label className="long">
        Server seed
        <input
          type="text"
          autoComplete="off"
          spellCheck={false}
          required
          value={seed}
          onChange={(event) => setSeed(event.target.value.trim())}
        />
      </label>
      <label>
        Game id
        <input
          type="text"
          autoComplete="off"
          spellCheck={false}
          required
          value={gameId}
          onChange={(event) => setGameId(event.target.value.trim())}
        />
      </label>
      <label>
        Version
        <select value={version} onChange={(event) => setVersion(event.target.value)}>
          {VERSIONS.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <button type="submit">Check</button>
      {isOwn && (
        <button type="button" onClick={() => check(null)}>
          Back to the recorded seed
        </button>
      )}
      {problem !== '' && (
        <p className="bad" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}

/** Undefined when there is none: then there is nothing to compare with. @throws as `rest.game`, for other reasons. */
async function recordingOf(gameId: string): Promise<GameRecording | undefined> {
  try {
    return await api().game(gameId);
  } catch (error) {
    if (error instanceof RestError && error.status === 404) return undefined;
    throw error;
  }
}
