/** A metric that an expression reads, and the labels by which it does. */
export interface Selection {
  metric: string;
  /** With the value where one is asked for. */
  labels: { name: string; value?: string }[];
}

const WORDS = new Set([
  'and',
  'or',
  'unless',
  'by',
  'without',
  'on',
  'ignoring',
  'group_left',
  'group_right',
  'bool',
]);
/** Added by whoever scrapes. */
const TARGET_LABELS = ['job', 'instance'];

/** The metrics of a PromQL expression. Labels that it groups or joins by count for each of them. */
export function selectionsIn(expression: string): Selection[] {
  const grouped: string[] = [];
  const rest = expression.replaceAll(/\b(?:by|on|without|ignoring)\s*\(([^)]*)\)/g, (_all, names: string) => {
    grouped.push(...names.split(',').map((name) => name.trim()));
    return ' ';
  });
  const found = rest.matchAll(/([a-zA-Z_:][\w:]*)\s*(\{[^}]*\}|\()?/g);
  const inBraces = (at: number): boolean => /\{[^}]*$/.test(rest.slice(0, at));
  const selections: Selection[] = [];
  for (const { 1: metric = '', 2: after = '', index } of found) {
    if (after === '(' || WORDS.has(metric) || inBraces(index) || /[\d.[]$/.test(rest.slice(0, index)))
      continue;
    const matchers = [...after.matchAll(/(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"/g)].map(
      ([, name = '', by, value]) => ({
        name,
        ...(by === '=' && value !== undefined ? { value } : {}),
      }),
    );
    const labels = [...matchers, ...grouped.map((name) => ({ name }))];
    selections.push({ metric, labels: labels.filter(({ name }) => !TARGET_LABELS.includes(name)) });
  }
  return selections;
}

export interface Sample {
  metric: string;
  labels: Map<string, string>;
}

/** The samples of a scrape. */
export function samplesIn(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S+$/.exec(line);
    if (match === null) return [];
    const labels = [...(match[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
    return [
      { metric: match[1] ?? '', labels: new Map(labels.map(([, name = '', value = '']) => [name, value])) },
    ];
  });
}

/** Whether a scrape has what is selected. */
export function isIn({ metric, labels }: Selection, samples: readonly Sample[]): boolean {
  return samples.some(
    (sample) =>
      sample.metric === metric &&
      labels.every(({ name, value }) => {
        const given = sample.labels.get(name);
        return value === undefined ? given !== undefined : given === value;
      }),
  );
}
