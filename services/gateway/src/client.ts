import type { Command, Reply, Role } from '@vectra/protocol';

/** A connected client as those see it who serve its commands. */
export interface Client {
  /** What its token allows; undefined: only what is for everybody. */
  readonly role: Role | undefined;
  /** Over, or asked to go: it gets nothing any more. */
  readonly closed: boolean;
  /** The resume token of its place in the log: every live event up to here was delivered. null when the log was empty. */
  readonly id: string | null;
  /** Answers or tells something; a client that lets too much wait is closed. */
  reply(reply: Reply): void;
  /** Sends an event's text, once `drained` has resolved. */
  sendEvent(text: string): void;
  /** Whether its channels match events of this type. */
  wants(type: string): boolean;
  /** Waits while the client has much to take; one that takes nothing is closed. */
  drained(): Promise<void>;
  /** Holds live events: they wait in the log. */
  hold(): void;
  /** Goes on with live events where they were held, or with `skip` at the present. @returns how many events of the log were left out. */
  release(skip: boolean): number;
}

/** Serves some of one client's commands. */
export interface Desk {
  /**
   * @returns whether the command is one of its own. What it answers may come later; a promise holds up the client's next command. What it
   * throws, or rejects with, is answered with an error.
   */
  handle(command: Command): boolean | Promise<boolean>;
  /** The connection is over. */
  end(): void;
}

/** Makes the desk of a client, once for each connection. */
export type DeskFor = (client: Client) => Desk;
