import { Empty } from '../app/States.js';

export default function PlayersScreen() {
  return <Empty title="Players" />;
}
