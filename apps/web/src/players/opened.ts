import { sessionRecording, type SessionRecording } from '@vectra/protocol';
import { createStore } from '../app/store.js';

/** 60 times what the recorder puts into one file. */
const MOST_BYTES = 20_000_000;

export interface OpenedFile {
  fileName: string;
  recording: SessionRecording;
}

/** The session file that somebody opened from the disk; it goes nowhere, and is forgotten with the page. */
export const opened = createStore<OpenedFile | null>(null);

/** @throws Error in words when the file is none of a session. */
export async function openFile(file: File): Promise<void> {
  if (file.size > MOST_BYTES)
    throw new Error(`${file.name} is too large for a session: expected at most 20 MB`);
  opened.set({ fileName: file.name, recording: readSession(await file.text(), file.name) });
}

/** @throws Error in words when the text is no session. */
export function readSession(text: string, fileName: string): SessionRecording {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new Error(`${fileName} is no JSON: expected a file …_session.json of the recorder`);
  }
  const parsed = sessionRecording.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place =
    issue === undefined || issue.path.length === 0 ? '' : ` (${issue.path.join('.')}: ${issue.message})`;
  throw new Error(
    `${fileName} is no recorded session${place}: expected a file …_session.json of the recorder`,
  );
}
