import { useEffect } from 'react';
import '../app/jitless.js';
import { useRoute } from '../app/route.js';
import { Compare, MOST_COMPARED } from './Compare.js';
import { NewSession } from './NewSession.js';
import { SessionList } from './SessionList.js';
import { SessionScreen } from './SessionScreen.js';
import './paper.css';
import './forms.css';

/** Paper trading: the sessions, a new one, one of them, or several side by side. */
export default function PaperScreen() {
  const { id, query } = useRoute();
  const compared = idsIn(query.get('sessions'));
  useEffect(() => {
    document.title = id === null ? 'Paper trading · Vectra' : `${id} · Paper trading · Vectra`;
  }, [id]);
  if (id !== null) return <SessionScreen key={id} id={id} />;
  if (compared.length > 0) return <Compare key={compared.join()} ids={compared} />;
  return query.has('new') ? <NewSession /> : <SessionList />;
}

function idsIn(text: string | null): string[] {
  const ids = (text ?? '').split(',').filter((one) => one !== '');
  return [...new Set(ids)].slice(0, MOST_COMPARED);
}
