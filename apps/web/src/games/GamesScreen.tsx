import { Empty } from '../app/States.js';

export default function GamesScreen() {
  return <Empty title="Recorded games" />;
}
