import { Empty } from '../app/States.js';

export default function ReportsScreen() {
  return <Empty title="Backtest reports" />;
}
