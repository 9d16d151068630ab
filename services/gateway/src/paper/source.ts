import type { PaperCommand, PaperHappening, PaperMessage, PaperSession } from '@vectra/protocol';

/** Lines of a session's history, oldest first. */
export interface HistoryPage {
  /** Number of the first one, from 0; older ones than those kept are gone. */
  first: number;
  lines: PaperHappening[];
}

/** What the gateway needs of paper trading; the paper store of `EventLog` fits. */
export interface PaperSource {
  /** To the service that has the session. Its answer comes as a message with the command's `ref`. */
  send(command: PaperCommand): Promise<void>;
  /** What the service tells from now on; ends with the signal. */
  messages(options: { signal: AbortSignal }): AsyncIterable<PaperMessage>;
  sessions(): Promise<PaperSession[]>;
  session(id: string): Promise<PaperSession | undefined>;
  /** `count` lines of the history from number `from` on. */
  history(id: string, from: number, count: number): Promise<HistoryPage>;
}
