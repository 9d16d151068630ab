import type { Backtest, GameRow, RowsQuery } from './report.js';

/** What the page asks of the worker; the answer has the same `ref`. */
export type Request =
  { ref: number; kind: 'open'; file: Blob } | { ref: number; kind: 'rows'; index: number; query: RowsQuery };
export type Answer =
  | { ref: number; kind: 'opened'; backtests: Backtest[] }
  | { ref: number; kind: 'rows'; rows: GameRow[]; total: number }
  | { ref: number; kind: 'failed'; message: string };

type Asked = Request extends infer R ? (R extends Request ? Omit<R, 'ref'> : never) : never;

/** Reads reports apart from the page, which stays responsive meanwhile. */
export class ReportReader {
  readonly #worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  readonly #asked = new Map<number, (answer: Answer) => void>();
  #count = 0;

  constructor() {
    this.#worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => this.#take(data));
    this.#worker.addEventListener('error', ({ message }) => {
      for (const ref of this.#asked.keys()) this.#take({ ref, kind: 'failed', message });
    });
  }

  /** @throws Error that says what is wrong with the file. */
  async open(file: Blob): Promise<Backtest[]> {
    const answer = await this.#ask({ kind: 'open', file });
    if (answer.kind !== 'opened') throw new Error(wordsOf(answer));
    return answer.backtests;
  }

  /** Games of the strategy at `index` of the report that was opened. */
  async rows(index: number, query: RowsQuery): Promise<{ rows: GameRow[]; total: number }> {
    const answer = await this.#ask({ kind: 'rows', index, query });
    if (answer.kind !== 'rows') throw new Error(wordsOf(answer));
    return answer;
  }

  close(): void {
    this.#worker.terminate();
  }

  #ask(asked: Asked): Promise<Answer> {
    const ref = ++this.#count;
    return new Promise((resolve) => {
      this.#asked.set(ref, resolve);
      this.#worker.postMessage({ ...asked, ref });
    });
  }

  #take(answer: Answer): void {
    this.#asked.get(answer.ref)?.(answer);
    this.#asked.delete(answer.ref);
  }
}

function wordsOf(answer: Answer): string {
  return answer.kind === 'failed' ? answer.message : `expected another answer, was ${answer.kind}`;
}
