import { backtestsOf, parseReport, Rows } from './report.js';
import type { Answer, Request } from './reader.js';

// A report can be tens of megabytes: it is read, checked and kept here, and the page gets only what it shows.
let rows: Rows[] = [];

self.addEventListener('message', ({ data }: MessageEvent<Request>) => {
  void answerTo(data).then((answer) => self.postMessage(answer));
});

async function answerTo(request: Request): Promise<Answer> {
  try {
    if (request.kind === 'rows') {
      const page = rows[request.index]?.page(request.query) ?? { rows: [], total: 0 };
      return { ref: request.ref, kind: 'rows', ...page };
    }
    const report = parseReport(await request.file.text());
    rows = report.backtests.map((one) => new Rows(one));
    return { ref: request.ref, kind: 'opened', backtests: backtestsOf(report) };
  } catch (error) {
    return {
      ref: request.ref,
      kind: 'failed',
      message: error instanceof Error ? error.message : String(error),
    };
  }
}
