import { useEffect, useRef, useState, type DragEvent } from 'react';
import { useKeys } from '../app/keys.js';
import { Empty } from '../app/States.js';
import { ReportReader } from './reader.js';
import { ReportView } from './ReportView.js';
import type { Backtest } from './report.js';
import './reports.css';

/** A report that is open, and its reader, which knows its games. */
interface Opened {
  name: string;
  reader: ReportReader;
  backtests: Backtest[];
}

/** Reports of backtests, opened from a file: nothing of it is sent anywhere. */
export default function ReportsScreen() {
  const [opened, setOpened] = useState<Opened | null>(null);
  const [reading, setReading] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const picker = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = 'Reports · Vectra';
  }, []);
  // The one before is closed when another is open, and the last one with the screen.
  useEffect(() => () => opened?.reader.close(), [opened]);
  useKeys([{ keys: ['o'], does: 'Opens a report', run: () => picker.current?.click() }]);
  const open = (file: File | undefined): void => {
    if (file === undefined) return;
    const reader = new ReportReader();
    setReading(file.name);
    setProblem(null);
    reader
      .open(file)
      .then((backtests) => setOpened({ name: file.name, reader, backtests }))
      .catch((error: unknown) => {
        reader.close();
        setProblem(`${file.name}: ${error instanceof Error ? error.message : String(error)}`);
      })
      .finally(() => setReading(null));
  };
  return (
    <DropZone open={open}>
      <div className="head">
        <h1>{opened === null ? 'Backtest reports' : opened.name}</h1>
        <label className="pick">
          {opened === null ? 'Open a report' : 'Open another'}
          <input
            ref={picker}
            type="file"
            accept=".json,application/json"
            onChange={({ target }) => {
              open(target.files?.[0]);
              target.value = ''; // so that the same file can be opened again
            }}
          />
        </label>
      </div>
      {problem !== null && (
        <p className="notice" role="alert">
          {problem}
        </p>
      )}
      {reading !== null && <Empty title={`Reading ${reading}`} busy />}
      {reading === null && opened === null && <NoReport />}
      {reading === null && opened !== null && (
        <ReportView key={opened.name} reader={opened.reader} backtests={opened.backtests} />
      )}
    </DropZone>
  );
}

function NoReport() {
  return (
    <Empty title="Drop a report here, or open one">
      <p>It is read by this page and sent nowhere. A backtest makes it:</p>
      <pre>
        node services/paper/dist/main.js backtest --strategy plugins/trailing.json \{'\n'} --games
        data/recordings --out report.json
      </pre>
      <p>
        Give <code>--strategy</code> more than once to compare; <code>--games generated:10000</code> plays
        generated games.
      </p>
    </Empty>
  );
}

function DropZone({ open, children }: { open: (file: File | undefined) => void; children: React.ReactNode }) {
  const [isOver, setOver] = useState(false);
  const over = (event: DragEvent): void => {
    event.preventDefault();
    setOver(true);
  };
  return (
    <div
      className={isOver ? 'drop over' : 'drop'}
      onDragOver={over}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        open(event.dataTransfer.files[0]);
      }}
    >
      {children}
    </div>
  );
}
