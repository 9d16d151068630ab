import type { Event } from '@vectra/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SessionKeeper } from '../../../src/sessions/keeper.js';
import type { SessionFile } from '../../../src/sessions/sessionFile.js';
import { sessionsCarry } from '../../../src/sessions/state.js';
import { accountDrafts } from '../../accountLogs.js';
import { logOf } from '../../script.js';

const log = accountDrafts.map((drafts) => logOf(drafts));

function filesAfter(events: readonly Event[], keeper = new SessionKeeper()): Map<string, SessionFile> {
  for (const event of events) keeper.apply(event);
  return new Map(keeper.due().map((file) => [file.name, file]));
}

it('one that goes on from what another carried gives the same sessions, wherever that was', () => {
  fc.assert(
    fc.property(log, fc.nat(), (events, anywhere) => {
      const cut = anywhere % (events.length + 1);
      const first = new SessionKeeper();
      const before = filesAfter(events.slice(0, cut), first);
      first.written();
      const carried = sessionsCarry.parse(JSON.parse(JSON.stringify(first.carry())));
      const after = filesAfter(events.slice(cut), new SessionKeeper(carried));
      expect(new Map([...before, ...after])).toEqual(filesAfter(events));
    }),
  );
});

it('what was not written yet is carried too', () => {
  fc.assert(
    fc.property(log, fc.nat(), (events, anywhere) => {
      const cut = anywhere % (events.length + 1);
      const first = new SessionKeeper();
      filesAfter(events.slice(0, cut), first);
      const carried = sessionsCarry.parse(JSON.parse(JSON.stringify(first.carry())));
      expect(filesAfter(events.slice(cut), new SessionKeeper(carried))).toEqual(filesAfter(events));
    }),
  );
});

it('no two sessions share a name, none but the newest is open, and no action is in two', () => {
  fc.assert(
    fc.property(log, (events) => {
      const seen = new Map<string, string>();
      const keeper = new SessionKeeper();
      for (const event of events) {
        keeper.apply(event);
        for (const { name, recording } of keeper.due()) {
          const key = `${recording.meta.session_id} ${recording.meta.part}`;
          expect(seen.get(name.toLowerCase()) ?? key).toBe(key);
          seen.set(name.toLowerCase(), key);
        }
      }
      const files = keeper.due().map(({ recording }) => recording);
      expect(files.filter(({ meta }) => meta.session_end === null).length).toBeLessThanOrEqual(1);
      const ids = files.flatMap(({ actions }) => actions.map(({ id }) => id));
      expect(new Set(ids).size).toBe(ids.length);
      for (const { meta } of files) expect((meta.session_end ?? 'z') >= meta.session_start).toBe(true);
    }),
  );
});

it('an event told again changes no action', () => {
  fc.assert(
    fc.property(log, (events) => {
      const once = filesAfter(events);
      const late = new SessionKeeper();
      for (const event of events) {
        late.apply(event);
        late.apply(event, true);
      }
      expect(new Map(late.due().map((file) => [file.name, file]))).toEqual(once);
    }),
  );
});
