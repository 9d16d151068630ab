import type { Event } from '@vectra/protocol';
import type {
  GroupOptions,
  GroupState,
  LogFigures,
  LogState,
  RecentGames,
  RecorderWish,
  ServiceState,
} from '@vectra/stream';
import type { PaperSource } from './paper/source.js';

/** What the gateway needs of the log; `EventLog` fits. */
export interface LogSource {
  /** The sessions of paper trading beside it. */
  readonly paper: PaperSource;
  state(): Promise<LogState>;
  /** Stored events from one seq to another, both included, at most `count`; entries that are no events are left out. */
  range(from: number, to: number, count: number): Promise<Event[]>;
  groups(): Promise<GroupState[]>;
  /** For metrics. */
  figures(groups: readonly GroupState[]): Promise<LogFigures>;
  services(): Promise<ServiceState[]>;
  /** The last games as the recorder keeps them. */
  recentGames(): Promise<RecentGames>;
  recorderWish(): Promise<RecorderWish | null>;
  wishRecorder(wish: RecorderWish): Promise<void>;
  group(name: string, options: GroupOptions): AsyncIterable<{ events: readonly Event[] }>;
  announce(service: string, status: () => { ok: boolean; detail: Record<string, unknown> }): void;
  close(): Promise<void>;
}
