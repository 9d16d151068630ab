import { escaped } from './format.js';

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2330; --soft: #5d677a; --paper: #fff; --panel: #f5f7fa; --rule: #dfe4ec; --gain: #0a7d50; --loss: #c22f3b;
  --c0: #2f6fed; --c1: #c2620a; --c2: #0a8f7a; --c3: #a23cc2; --c4: #8a6d00; --c5: #c2306f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf2; --soft: #97a1b3; --paper: #10141c; --panel: #181e29; --rule: #2a3240; --gain: #35c98a; --loss: #ff6b73;
  --c0: #6b9cff; --c1: #ff9d4d; --c2: #3fd0b8; --c3: #d68bf0; --c4: #e0c04a; --c5: #ff7fb2; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1120px; padding: 24px 16px 64px; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0 0 4px; font-size: 24px; line-height: 1.25; } h2 { margin: 32px 0 8px; font-size: 17px; } h1.next { margin-top: 56px; padding-top: 24px; border-top: 1px solid var(--rule); }
p { margin: 4px 0; max-width: 75ch; } .soft { color: var(--soft); }
.verdict { margin: 16px 0; padding: 12px 16px; max-width: none; border-left: 4px solid var(--c0); background: var(--panel); } .verdict.bad { border-color: var(--loss); }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(145px, 1fr)); gap: 8px; margin: 16px 0; }
dl div { padding: 10px 12px; background: var(--panel); border-radius: 6px; } dt { color: var(--soft); font-size: 12px; } dd { margin: 0; font-size: 18px; font-variant-numeric: tabular-nums; } dd small { display: block; color: var(--soft); font-size: 12px; }
figure { margin: 12px 0; padding: 14px 14px 8px; background: var(--panel); border-radius: 6px; font-size: 12px; color: var(--soft); font-variant-numeric: tabular-nums; }
.plot { position: relative; height: 200px; margin-left: 58px; } .plot svg { display: block; width: 100%; height: 100%; overflow: visible; }
.plot span { position: absolute; right: 100%; padding-right: 8px; transform: translateY(-50%); white-space: nowrap; }
.edges { display: flex; justify-content: space-between; margin: 6px 0 0 58px; } figcaption { margin: 8px 0 0 58px; color: var(--ink); } .key { margin-right: 16px; } .key::before { content: ''; display: inline-block; width: 14px; height: 3px; margin-right: 6px; vertical-align: middle; background: var(--key); }
svg * { vector-effect: non-scaling-stroke; } .grid { stroke: var(--rule); } .base { stroke: var(--soft); stroke-dasharray: 4 4; } .line { fill: none; stroke: var(--key); stroke-width: 1.5; } .dot { stroke: var(--c0); stroke-width: 7; stroke-linecap: round; opacity: 0.55; } .area { fill: var(--loss); opacity: 0.18; } .fall .line { stroke: var(--loss); }
rect.gain { fill: var(--gain); } rect.loss { fill: var(--loss); }
.c0 { --key: var(--c0); } .c1 { --key: var(--c1); } .c2 { --key: var(--c2); } .c3 { --key: var(--c3); } .c4 { --key: var(--c4); } .c5 { --key: var(--c5); }
.scroll { overflow-x: auto; } .long { max-height: 560px; overflow-y: auto; } .long thead { position: sticky; top: 0; background: var(--paper); }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 13px; overflow-wrap: normal; }
th, td { padding: 4px 10px; border-bottom: 1px solid var(--rule); text-align: right; vertical-align: top; white-space: nowrap; } th:first-child, td:first-child { text-align: left; } th { color: var(--soft); font-weight: 500; }
tr.split th { text-align: center; } tr.split th, .dense th, .dense td { padding: 4px 7px; } .test { background: color-mix(in srgb, var(--c0) 8%, transparent); } .gain { color: var(--gain); } .loss { color: var(--loss); }
summary { cursor: pointer; } td ul { margin: 2px 0 6px; padding: 0; list-style: none; color: var(--soft); } pre { padding: 12px; background: var(--panel); border-radius: 6px; overflow-x: auto; font-size: 13px; }
`;

/** A report that opens anywhere: one page, without script and without anything from elsewhere. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title><style>${STYLE}</style></head><body>
${body.replaceAll(/(\d) %/g, '$1\u00a0%')}
</body></html>
`;
}

/** A table; cells are markup. `long`: it scrolls in its own place; `dense`: of many columns. */
export function pageTable(
  heading: string,
  rows: readonly string[],
  kind: '' | 'long' | 'long dense' = '',
): string {
  return `<div class="scroll ${kind}"><table><thead>${heading}</thead>
<tbody>
${rows.join('\n')}
</tbody></table></div>`;
}

/** A cell of a table, or a heading, in the colour of its sign. */
export function colour(value: number): string {
  return value < 0 ? 'loss' : value > 0 ? 'gain' : 'soft';
}
