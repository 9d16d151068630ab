import { useEffect, useMemo } from 'react';
import { useSession } from '../app/session.js';
import { useStore, createStore } from '../app/store.js';
import { token } from '../app/access.js';
import { Follower, type Followed } from './follower.js';

/** Follows one session for as long as the component is there. */
export function useFollowed(id: string): { follower: Follower; followed: Followed } {
  const { connection } = useSession();
  const given = useStore(token);
  // Another token may see and do other things: everything is asked for again.
  const follower = useMemo(() => new Follower(id, connection), [id, connection, given]);
  useEffect(() => follower.start(), [follower]);
  return { follower, followed: useStore(follower.store) };
}

/** Follows several sessions. @param ids the same array for as long as it has the same ids. */
export function useFollowedAll(ids: readonly string[]): readonly { id: string; followed: Followed }[] {
  const { connection } = useSession();
  const given = useStore(token);
  const all = useMemo(
    () => followAll(ids.map((id) => new Follower(id, connection))),
    [ids, connection, given],
  );
  useEffect(() => all.start(), [all]);
  return useStore(all.store);
}

function followAll(followers: readonly Follower[]) {
  const read = (): { id: string; followed: Followed }[] =>
    followers.map(({ id, store }) => ({ id, followed: store.read() }));
  const store = createStore<readonly { id: string; followed: Followed }[]>(read());
  const start = (): (() => void) => {
    const stops = followers.flatMap((one) => [one.store.subscribe(() => store.set(read())), one.start()]);
    return () => {
      for (const stop of stops) stop();
    };
  };
  return { store, start };
}
