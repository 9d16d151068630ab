import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** What package-lock.json says of a package. */
interface Locked {
  dev?: boolean;
  link?: boolean;
  integrity?: string;
  license?: string;
  deprecated?: string;
  hasInstallScript?: boolean;
}

const { packages } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')) as {
  packages: Record<string, Locked>;
};
const foreign = Object.entries(packages).filter(([path, { link }]) =>
  path.startsWith('node_modules/') ? link !== true : path.includes('/node_modules/'),
);
const namesOf = (which: (locked: Locked) => boolean): string[] =>
  foreign.filter(([, locked]) => which(locked)).map(([path]) => path);

/** What asks of its users nothing but to be named. */
const PERMISSIVE = ['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];
/** Its package.json says so in an older form: MIT. */
const UNNAMED = ['node_modules/xmlhttprequest-ssl'];

describe('packages that are not of this project', () => {
  it('are locked with a hash of what is downloaded', () => {
    expect(foreign.length).toBeGreaterThan(0);
    expect(namesOf(({ integrity }) => !(integrity ?? '').startsWith('sha512-'))).toEqual([]);
  });

  it('run nothing when they are installed', () => {
    expect(namesOf(({ hasInstallScript }) => hasInstallScript === true)).toEqual([]);
  });

  it('are maintained, as far as their makers say', () => {
    expect(namesOf(({ deprecated }) => deprecated !== undefined)).toEqual([]);
  });

  it('have licences that allow any use, where they get into an image', () => {
    const others = namesOf(({ dev, license }) => dev !== true && !PERMISSIVE.includes(license ?? ''));
    expect(others).toEqual(UNNAMED);
  });
});
