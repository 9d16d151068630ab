/** Two ways to do the same work, measured in the same run. */
export interface Comparison {
  name: string;
  baselineName: string;
  unit: string;
  baseline: number;
  ours: number;
}

/** How many a second, when `work` does `count` of them. */
export async function perSecond(count: number, work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (count * 1_000) / (performance.now() - start);
}

export function report({ name, baselineName, unit, baseline, ours }: Comparison): string {
  const figure = (value: number): string => `${Math.round(value).toLocaleString('en')} ${unit}`.padStart(18);
  const share = ours / baseline;
  const ratio = share < 0.1 ? share.toPrecision(2) : share.toFixed(2);
  return `${name}\n  bare ${figure(baseline)}   ${baselineName}\n  ours ${figure(ours)}   ratio ${ratio}`;
}
