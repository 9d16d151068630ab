import { Empty } from '../app/States.js';

export default function HealthScreen() {
  return <Empty title="Health" />;
}
