import { useEffect } from 'react';
import { useRoute } from '../app/route.js';
import { GamePage } from './GamePage.js';
import { GamesList } from './GamesList.js';
import { searchOf } from './search.js';
import './games.css';

/** The recorded games, or one of them. */
export default function GamesScreen() {
  const { id, query } = useRoute();
  useEffect(() => {
    document.title = id === null ? 'Games · Vectra' : `Game ${id} · Vectra`;
  }, [id]);
  return id === null ? <GamesList search={searchOf(query)} /> : <GamePage key={id} id={id} />;
}
