import type { SessionRecording } from '@vectra/protocol';
import { getJson, token } from '../app/access.js';
import { useResource } from '../app/resource.js';
import { hrefOf } from '../app/route.js';
import { Empty, Loaded } from '../app/States.js';
import { useStore } from '../app/store.js';
import { Time } from '../app/Time.js';
import { Figure } from './Account.js';
import { OpenFile } from './OpenFile.js';
import { opened } from './opened.js';
import { Piano } from './Piano.js';
import { endWords, gainOf, lasting, money, signed } from './words.js';

/** A session of the recorder. */
export function RecordedSession({ name }: { name: string }) {
  const given = useStore(token);
  const { resource, reload } = useResource(`${given ?? ''} ${name}`, () =>
    getJson<SessionRecording>(`/api/account/sessions/${encodeURIComponent(name)}`),
  );
  return (
    <Loaded resource={resource} what="the recorded session" retry={reload}>
      {(recording) => <Session recording={recording} reload={reload} />}
    </Loaded>
  );
}

/** The session in the file that was opened from the disk. */
export function OpenedSession() {
  const file = useStore(opened);
  if (file === null) {
    return (
      <Empty title="No file is open">
        <p>A page forgets the files that were opened in it: open the session’s file again.</p>
        <OpenFile />
      </Empty>
    );
  }
  return <Session recording={file.recording} fileName={file.fileName} />;
}

interface SessionProps {
  recording: SessionRecording;
  fileName?: string;
  reload?: () => void;
}

function Session({ recording, fileName, reload }: SessionProps) {
  const { meta, summary } = recording;
  return (
    <main>
      <div className="head">
        <a href={hrefOf('players')}>‹ All sessions</a>
        <h1>
          {meta.username ?? 'A player without a name'}
          {meta.part > 1 && <span className="quiet"> part {meta.part}</span>}
        </h1>
        <p className="quiet">
          <Time at={meta.session_start} />
          {meta.session_end !== null &&
            ` · ${lasting(Date.parse(meta.session_end) - Date.parse(meta.session_start))}`}
          {` · ${endWords(meta)}`}
          {fileName !== undefined && ` · from ${fileName}`}{' '}
          {meta.session_end === null && reload !== undefined && (
            <button type="button" onClick={reload}>
              Load again
            </button>
          )}
        </p>
        <dl className="summary">
          <Figure name="Games" text={String(summary.games)} exact={String(summary.games)} />
          <Figure name="Actions" text={String(summary.actions)} exact={String(summary.actions)} />
          <Figure name="Start" text={money(summary.start_balance)} exact={summary.start_balance} />
          <Figure name="End" text={money(summary.end_balance)} exact={summary.end_balance} />
          <Figure
            name="P&L"
            text={signed(summary.realized_pnl)}
            exact={summary.realized_pnl}
            tone={gainOf(summary.realized_pnl)}
          />
          <Figure
            name="Drifts"
            text={String(summary.drifts)}
            exact="Figures of the account that differed from its own trades"
          />
        </dl>
      </div>
      <Piano recording={recording} />
    </main>
  );
}
