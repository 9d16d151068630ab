import type { Command, CommandOf, Reply } from '@vectra/protocol';
import type { Logger } from '@vectra/service-kit';
import type { Client, Desk, DeskFor } from '../client.js';
import { refusal } from '../commands.js';
import type { Recordings } from '../recordings.js';
import { systemClock, type Clock } from './clock.js';
import { Library } from './library.js';
import { isReplayCommand, Player } from './player.js';

export interface ReplayParts {
  recordings: Recordings;
  logger: Logger;
}

/** Replays recorded games to whoever asks; each client has a replay of its own. */
export function replayDesk({ recordings, logger }: ReplayParts): DeskFor {
  const library = new Library(recordings);
  const clock = systemClock();
  return (client) => new ReplayDesk(client, { library, logger, clock });
}

class ReplayDesk implements Desk {
  readonly #client: Client;
  readonly #parts: { library: Library; logger: Logger; clock: Clock };
  #player: Player | undefined;

  constructor(client: Client, parts: { library: Library; logger: Logger; clock: Clock }) {
    this.#client = client;
    this.#parts = parts;
  }

  /** `pause` and `resume` are live's own while no replay runs. */
  handle(command: Command): boolean {
    const { action } = command;
    if (action !== 'stop' && !isReplayCommand(command)) return false;
    if (action === 'replay') this.#player ??= this.#start();
    const player = this.#player;
    if (player === undefined) {
      if (action === 'pause' || action === 'resume') return false;
      this.#answer(command, refusal('no_replay', 'expected a replay before', action));
    } else if (command.action === 'stop') this.#stop(player, command);
    else player.tell(command);
    return true;
  }

  end(): void {
    this.#player?.stop();
    this.#player = undefined;
  }

  #start(): Player {
    const { library, logger, clock } = this.#parts;
    const player = new Player(this.#client, library, clock);
    this.#client.hold();
    const over = (): void => {
      if (this.#player !== player) return;
      this.#player = undefined;
      this.#client.release(false);
    };
    // What it is told first is told in this same turn.
    void Promise.resolve()
      .then(() => player.run())
      .catch((error: unknown) => {
        logger.error({ err: error }, 'a replay failed');
        this.#client.reply(refusal('unavailable', 'the replay failed; the log of the gateway says why'));
      })
      .finally(over);
    return player;
  }

  #stop(player: Player, command: CommandOf<'stop'>): void {
    this.#player = undefined;
    player.stop();
    this.#answer(command, player.where('stopped'));
    const skipped = command.skip === true ? this.#client.release(true) : 0;
    this.#answer(command, { type: 'resumed', what: 'live', id: this.#client.id, skipped });
    // After the answer: it delivers at once what is at hand.
    if (command.skip !== true) this.#client.release(false);
  }

  #answer({ ref }: Command, reply: Reply): void {
    if (this.#client.closed) return;
    this.#client.reply(ref === undefined ? reply : { ...reply, ref });
  }
}
