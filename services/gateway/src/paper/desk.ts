import type {
  Command,
  CommandOf,
  ErrorCode,
  PaperHappening,
  PaperMessage,
  PaperOrder,
  ReplyOf,
} from '@vectra/protocol';
import type { Client, Desk } from '../client.js';
import { includesRole } from '../tokens.js';
import type { Answer, PaperExchange, Watcher } from './exchange.js';

type SessionMessage = PaperMessage & { kind: 'session' };
type PaperCommand = CommandOf<'join_live' | 'leave_live' | 'order'>;

/** Serves one client's sessions of paper trading. */
export class PaperDesk implements Desk, Watcher {
  readonly #client: Client;
  readonly #exchange: PaperExchange;
  /** The sessions that this client is told of, and how to end that. */
  readonly #joined = new Map<string, () => void>();
  /** Orders on their way: the exchange's ref, and the command. */
  readonly #orders = new Map<string, CommandOf<'order'>>();

  constructor(client: Client, exchange: PaperExchange) {
    this.#client = client;
    this.#exchange = exchange;
  }

  handle(command: Command): boolean {
    switch (command.action) {
      case 'join_live':
        if (this.#mayTrade(command)) this.#join(command);
        return true;
      case 'leave_live':
        if (this.#mayTrade(command) && this.#hasJoined(command)) this.#leave(command);
        return true;
      case 'order':
        if (this.#mayTrade(command) && this.#hasJoined(command)) this.#order(command);
        return true;
      default:
        return false;
    }
  }

  end(): void {
    for (const unwatch of this.#joined.values()) unwatch();
    this.#joined.clear();
  }

  changed({ session, happenings, ref }: SessionMessage): void {
    const order = ref === null ? undefined : this.#orders.get(ref);
    for (const happening of happenings) this.#tell(session, happening, order);
  }

  ticked(tick: ReplyOf<'live_tick'>): void {
    this.#client.reply(tick);
  }

  gameStarted(gameId: string): void {
    for (const session_id of this.#joined.keys())
      this.#client.reply({ type: 'live_game_start', session_id, gameId });
  }

  #join(command: CommandOf<'join_live'>): void {
    const { session_id: session, strategy } = command;
    this.#exchange.ask(
      { kind: 'open', session, ...(strategy === undefined ? {} : { strategy }) },
      (answer) => {
        if (!this.#isDone(answer, command)) return;
        this.#joined.get(session)?.();
        this.#joined.set(session, this.#exchange.watch(answer.session, this));
        const { created = false } = answer;
        this.#client.reply({ type: 'live_joined', session: answer.session, created, ...refOf(command) });
      },
    );
  }

  #leave(command: CommandOf<'leave_live'>): void {
    const { session_id: session } = command;
    this.#exchange.ask({ kind: 'close', session }, (answer) => {
      if (!this.#isDone(answer, command)) return;
      this.#joined.get(session)?.();
      this.#joined.delete(session);
      this.#client.reply({ type: 'live_left', session_id: session, ...refOf(command) });
    });
  }

  #order(command: CommandOf<'order'>): void {
    const order = orderOf(command);
    if (order === undefined) {
      this.#refuse(command, 'bad_command', `amount: a ${command.side} takes one, in SOL`);
      return;
    }
    const ref = this.#exchange.ask({ kind: 'order', session: command.session_id, order }, (answer) => {
      this.#orders.delete(ref);
      this.#isDone(answer, command); // what it did was told as a change of the session
    });
    this.#orders.set(ref, command);
  }

  #tell(
    session: SessionMessage['session'],
    happening: PaperHappening,
    order: CommandOf<'order'> | undefined,
  ): void {
    const { session_id } = session;
    if (happening.kind === 'game') {
      const { gameId, rugTick } = happening;
      this.#client.reply({ type: 'live_game_end', session_id, gameId, rugTick, session });
    } else if (happening.kind === 'refused' && order !== undefined) {
      this.#refuse(order, happening.code, happening.message);
    } else {
      const mine = order === undefined ? {} : refOf(order);
      this.#client.reply({ type: 'live_bet', session_id, bet: happening, session, ...mine });
    }
  }

  /** Whether the answer says that the command was carried out; tells the client when not. */
  #isDone(answer: Answer, command: PaperCommand): answer is SessionMessage {
    if (answer === undefined) {
      const message = `paper trading gave no answer, and may have done it all the same: join ${command.session_id} again to see how it stands`;
      this.#refuse(command, 'unavailable', message);
    } else if (answer.kind === 'refused') this.#refuse(command, answer.code, answer.message);
    return answer?.kind === 'session' && !this.#client.closed;
  }

  #mayTrade(command: PaperCommand): boolean {
    const { role } = this.#client;
    if (role === undefined)
      this.#refuse(
        command,
        'no_token',
        'expected the token of a trader: send {"action":"auth","token":"…"} first',
      );
    else if (!includesRole(role, 'trader'))
      this.#refuse(command, 'not_allowed', `expected a token of the role trader, was one of ${role}`);
    else return true;
    return false;
  }

  #hasJoined(command: PaperCommand): boolean {
    const { session_id } = command;
    if (this.#joined.has(session_id)) return true;
    this.#refuse(
      command,
      'not_joined',
      `session ${session_id} was not joined on this connection: send join_live first`,
    );
    return false;
  }

  #refuse(command: PaperCommand, code: ErrorCode, message: string): void {
    this.#client.reply({ type: 'error', code, message, action: command.action, ...refOf(command) });
  }
}

/** SOL for a buy or a sidebet, which need it; the quantity of a sale, all without one. */
function orderOf({ side, amount }: CommandOf<'order'>): PaperOrder | undefined {
  if (side === 'sell') return { side, ...(amount === undefined ? {} : { qty: amount }) };
  return amount === undefined ? undefined : { side, amount };
}

function refOf({ ref }: { ref?: string | undefined }): { ref?: string } {
  return ref === undefined ? {} : { ref };
}
