/** `1.080978185` -> `1.0810`: SOL with four decimals, so that columns of them align. */
export function sol(value: string | number): string {
  return minus(Number(value).toFixed(4));
}

/** `0.01` -> `+0.0100`, `-0.01` -> `−0.0100`; what comes to nothing has no sign. */
export function signedSol(value: string | number): string {
  const text = sol(value);
  return Number(value) > 0 && Number(text) !== 0 ? `+${text}` : text;
}

/** An amount as it was given, without zeros that say nothing: `0.010000000` -> `0.01`. */
export function plainSol(value: string | number): string {
  return minus(String(Number(Number(value).toFixed(9))));
}

/** `0.1817` -> `18.2 %`; null, where there is too little to say: a dash. */
export function percent(share: number | null, digits = 1): string {
  return share === null ? '–' : `${minus((100 * share).toFixed(digits))} %`;
}

/** `12345` -> `12,345` */
export function count(value: number): string {
  return value.toLocaleString('en');
}

/** A number with four digits that say something; null: a dash. */
export function figure(value: number | null): string {
  return value === null ? '–' : minus(String(Number(value.toPrecision(4))));
}

/** The colour of a gain or a loss, as a class; nothing for what is neither. */
export function gainTone(value: string | number): 'gain' | 'loss' | '' {
  const rounded = Number(Number(value).toFixed(4));
  if (rounded === 0) return '';
  return rounded > 0 ? 'gain' : 'loss';
}

/** A true minus sign, and no sign before what was rounded to nothing. */
function minus(text: string): string {
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−');
}
