import { useEffect } from 'react';
import { useRoute } from '../app/route.js';
import { FILE_ID } from './OpenFile.js';
import { SessionList } from './SessionList.js';
import { OpenedSession, RecordedSession } from './SessionScreen.js';
import './players.css';

/** The account's recorded sessions, and one of them replayed. */
export default function PlayersScreen() {
  const { id, query } = useRoute();
  useEffect(() => {
    document.title = 'Players · Vectra';
  }, []);
  if (id === null) return <SessionList query={query} />;
  return id === FILE_ID ? <OpenedSession /> : <RecordedSession key={id} name={id} />;
}
