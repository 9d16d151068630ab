import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('../../src/style/base.css', import.meta.url), 'utf8');
/** What text is written in, and what it is written on. */
const TEXT = ['text', 'quiet', 'gain', 'high', 'moon', 'loss', 'rug', 'wait', 'bad'];
const GROUNDS = ['ground', 'card'];
/** WCAG 2.2, 1.4.3. */
const LEAST = 4.5;

/** The colours of a rule by their names, those without transparency. */
function coloursIn(selector: string): Map<string, string> {
  const [, rule = ''] = new RegExp(`${selector} \\{([^}]*)\\}`).exec(css) ?? [];
  return new Map(
    [...rule.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = '', colour = '']) => [name, colour]),
  );
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

describe.each([
  ['dark', ':root'],
  ['light', ":root\\[data-theme='light'\\]"],
])('the %s theme', (_, selector) => {
  const colours = coloursIn(selector);
  const colour = (name: string): string => {
    const found = colours.get(name);
    if (found === undefined) throw new Error(`expected --${name} in ${selector}, was none`);
    return found;
  };

  it.each(TEXT.flatMap((text) => GROUNDS.map((ground) => [text, ground] as const)))(
    'has enough contrast of %s on %s',
    (text, ground) => {
      expect(contrast(colour(text), colour(ground))).toBeGreaterThanOrEqual(LEAST);
    },
  );

  it('has enough contrast on the main button', () => {
    expect(contrast(colour('on-accent'), colour('accent'))).toBeGreaterThanOrEqual(LEAST);
  });
});

it('reckons contrast as WCAG does', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});
