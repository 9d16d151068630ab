import { useState, type ChangeEvent } from 'react';
import { goTo, hrefOf } from '../app/route.js';
import { openFile } from './opened.js';

/** The part of the address of the opened file; the recorder's names begin with a date. */
export const FILE_ID = 'file';

/** Opens a session's file from the disk, in this page only. */
export function OpenFile() {
  const [problem, setProblem] = useState('');
  const open = async (event: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const input = event.target;
    const file = input.files?.[0];
    if (file === undefined) return;
    try {
      await openFile(file);
      goTo(hrefOf('players', FILE_ID));
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
    // The same file can be chosen again when it has been put right.
    input.value = '';
  };
  return (
    <div className="open">
      <label title="It is read by this page only, and not uploaded">
        Open a session file
        <input type="file" accept=".json,application/json" onChange={(event) => void open(event)} />
      </label>
      {problem !== '' && (
        <p className="bad" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
