import { spawnSync } from 'node:child_process';
import { loadConfig } from '@vectra/service-kit/config';
import { eventually, getJson } from '../harness.js';

/** The image that Compose would start or another one that is here; undefined when there is none, and tests don't wait for one. */
export function prometheusImage(): string | undefined {
  const { PROMETHEUS_IMAGE } = loadConfig(['PROMETHEUS_IMAGE']);
  const found = [PROMETHEUS_IMAGE, 'prom/prometheus:latest'].find(
    (image) => spawnSync('docker', ['image', 'inspect', image]).status === 0,
  );
  if (found === undefined)
    process.stderr.write('There is no image of Prometheus: the test of its container is skipped.\n');
  return found;
}

interface Answer<T> {
  status: string;
  data: T;
}

/** How many targets of each job Prometheus reaches, once it reaches as many as are expected. */
export async function untilScraped(url: string, expected: Record<string, number>): Promise<void> {
  type Targets = Answer<{ activeTargets: { labels: { job: string }; health: string }[] }>;
  await eventually(
    `Prometheus reaches ${JSON.stringify(expected)}`,
    async () => {
      const { data } = await getJson<Targets>(`${url}/api/v1/targets`);
      const up = data.activeTargets.filter(({ health }) => health === 'up').map(({ labels }) => labels.job);
      return Object.entries(expected).every(
        ([job, count]) => up.filter((one) => one === job).length === count,
      );
    },
    120_000,
  );
}

/** The alerts of which Prometheus has the rules. */
export async function loadedAlerts(url: string): Promise<string[]> {
  type Rules = Answer<{ groups: { rules: { name: string }[] }[] }>;
  const { data } = await getJson<Rules>(`${url}/api/v1/rules`);
  return data.groups.flatMap(({ rules }) => rules.map(({ name }) => name));
}
