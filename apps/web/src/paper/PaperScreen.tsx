import { Empty } from '../app/States.js';

export default function PaperScreen() {
  return <Empty title="Paper trading" />;
}
