import { RestError } from '@vectra/client';
import type { GameRecording, SessionRecording } from '@vectra/protocol';
import { useCallback, useMemo, useState } from 'react';
import { api, token } from '../app/access.js';
import { useResource, type Resource } from '../app/resource.js';
import { hrefOf } from '../app/route.js';
import { Empty, Loaded } from '../app/States.js';
import { useStore } from '../app/store.js';
import { multiplier, tone } from '../app/words.js';
import { Account } from './Account.js';
import { ActionList } from './ActionList.js';
import { buttonsAt, hasShorts, heldFor } from './buttons.js';
import { Controls } from './Controls.js';
import { Keyboard } from './Keyboard.js';
import {
  betWindows,
  currentAction,
  gameAt,
  headAt,
  lastTick,
  pianoOf,
  standingAt,
  type Piano as PianoOf,
  type PianoGame,
  type Playhead,
} from './piano.js';
import { PianoChart } from './PianoChart.js';
import { useReplay, type Replay } from './replay.js';

/** null: there is no recording of the game. */
type Recorded = GameRecording | null;

/** A recorded session, replayed: its games' charts, and beside them the buttons as the player pressed them. */
export function Piano({ recording }: { recording: SessionRecording }) {
  const piano = useMemo(() => pianoOf(recording), [recording]);
  const [head, setHead] = useState<Playhead>(() => headAt(piano, 0, 0));
  const game = piano.games[head.game];
  const { resource, reload } = useGame(game?.id);
  const last =
    game === undefined || resource.value === undefined ? undefined : lastTick(game, resource.value);
  const replay = useReplay({ piano, head, setHead, last });
  const jump = useCallback((index: number) => replay.jump(index), [piano]);
  if (game === undefined) {
    return (
      <Empty title="The player did nothing in this session">
        <p>It was recorded from its login to its end, and holds no action.</p>
      </Empty>
    );
  }
  return (
    <div className="piano">
      <section className="stage" aria-label="The game">
        <GameTitle piano={piano} replay={replay} game={game} recorded={resource.value} />
        <Loaded resource={resource} what="the game's prices" retry={reload}>
          {(recorded) => <Stage game={game} recorded={recorded} replay={replay} />}
        </Loaded>
        <Controls replay={replay} last={last ?? Math.max(head.tick, 0)} />
      </section>
      <section className="side" aria-label="The player">
        <Keyboard
          buttons={buttonsAt(game, head, heldFor(replay.isPlaying, replay.speed)).filter(
            ({ name }) => name !== 'SHORT' || hasShorts(recording.actions),
          )}
        />
        <Account standing={standingAt(piano, head)} price={resource.value?.prices[head.tick]} />
      </section>
      <ActionList piano={piano} current={currentAction(piano, head)} jump={jump} />
    </div>
  );
}

function useGame(id: string | undefined): { resource: Resource<Recorded>; reload: () => void } {
  const given = useStore(token);
  return useResource<Recorded>(`${given ?? ''} ${id ?? ''}`, async () => {
    if (id === undefined) return null;
    try {
      return await api().game(id);
    } catch (error) {
      if (error instanceof RestError && error.status === 404) return null;
      throw error;
    }
  });
}

interface GameTitleProps {
  piano: PianoOf;
  replay: Replay;
  game: PianoGame;
  recorded: Recorded | undefined;
}

function GameTitle({ piano, replay, game, recorded }: GameTitleProps) {
  const price = recorded?.prices[replay.head.tick];
  return (
    <div className="title">
      <h2>
        Game {replay.head.game + 1} of {piano.games.length}
      </h2>
      {price !== undefined && <span className={`price ${tone(price)}`}>{multiplier(price)}x</span>}
      {recorded == null ? (
        <span className="quiet">{game.id}</span>
      ) : (
        <a href={hrefOf('games', game.id)}>{game.id}</a>
      )}
    </div>
  );
}

function Stage({
  game,
  recorded,
  replay: { head },
}: {
  game: PianoGame;
  recorded: Recorded;
  replay: Replay;
}) {
  // What is drawn anew at each tick is no more than what changes with it.
  const shown = useMemo(() => gameAt(game, recorded, head), [game, recorded, head]);
  const played = useMemo(() => game.actions.slice(0, head.done), [game, head.done]);
  const windows = useMemo(() => betWindows(game, head), [game, head.done]);
  return (
    <>
      {recorded === null && (
        <p className="notice" role="status">
          This game was not recorded: only the prices of the player’s own actions are known.
        </p>
      )}
      <PianoChart game={shown} played={played} windows={windows} />
    </>
  );
}
