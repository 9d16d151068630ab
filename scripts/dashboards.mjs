// Writes the dashboards of Grafana from scripts/dashboards/*.mjs: `npm run dashboards`. An argument names another folder.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
const target = process.argv[2] ?? join(here, '..', 'deploy', 'observability', 'grafana', 'dashboards');
const datasource = { type: 'prometheus', uid: 'prometheus' };
const WIDTH = 24;
const HEIGHTS = { stat: 4, timeseries: 8 };

/** Colours from values on: `[[null, 'green'], [1, 'red']]`. */
const stepsOf = (thresholds) => thresholds.map(([value, color]) => ({ value, color }));

function panelOf(
  { kind = 'timeseries', title, about, unit, queries, thresholds, min = 0, max, words },
  id,
  gridPos,
) {
  const steps = stepsOf(thresholds ?? [[null, kind === 'stat' ? 'blue' : 'green']]);
  const mappings = words === undefined ? [] : [{ type: 'value', options: words }];
  const isStat = kind === 'stat';
  return {
    id,
    type: kind,
    title,
    description: about,
    datasource,
    gridPos,
    targets: queries.map(([expr, legend], index) => ({
      refId: String.fromCharCode(65 + index),
      datasource,
      expr,
      legendFormat: legend,
      instant: isStat,
      range: !isStat,
    })),
    fieldConfig: {
      defaults: {
        unit,
        min,
        ...(max === undefined ? {} : { max }),
        mappings,
        thresholds: { mode: 'absolute', steps },
        color: { mode: isStat ? 'thresholds' : 'palette-classic' },
        ...(isStat
          ? {}
          : {
              custom: {
                fillOpacity: 10,
                showPoints: 'never',
                thresholdsStyle: { mode: thresholds ? 'line' : 'off' },
              },
            }),
      },
      overrides: [],
    },
    options: isStat
      ? { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'background', graphMode: 'none' }
      : {
          legend: { displayMode: 'table', placement: 'bottom', calcs: ['lastNotNull', 'max'] },
          tooltip: { mode: 'multi' },
        },
  };
}

/** Rows of panels, each row as wide as the page. */
function panelsOf(rows) {
  let y = 0;
  let id = 0;
  return rows.flatMap((row) => {
    const height = Math.max(...row.map(({ kind = 'timeseries' }) => HEIGHTS[kind]));
    const w = WIDTH / row.length;
    const panels = row.map((panel, column) => panelOf(panel, ++id, { x: column * w, y, w, h: height }));
    y += height;
    return panels;
  });
}

mkdirSync(target, { recursive: true });
for (const file of readdirSync(join(here, 'dashboards'))) {
  const { title, about, rows } = (await import(join(here, 'dashboards', file))).default;
  const uid = `vectra-${file.replace('.mjs', '')}`;
  const dashboard = {
    uid,
    title: `Vectra: ${title}`,
    description: about,
    tags: ['vectra'],
    schemaVersion: 39,
    editable: false,
    graphTooltip: 1,
    refresh: '15s',
    time: { from: 'now-1h', to: 'now' },
    links: [{ type: 'dashboards', title: 'Vectra', tags: ['vectra'], asDropdown: false, keepTime: true }],
    panels: panelsOf(rows),
  };
  writeFileSync(join(target, `${uid}.json`), `${JSON.stringify(dashboard, null, 2)}\n`);
}
