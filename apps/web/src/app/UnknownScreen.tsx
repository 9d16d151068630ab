import { hrefOf } from './route.js';
import { Empty } from './States.js';

/** For an address that leads nowhere. */
export function UnknownScreen() {
  return (
    <main>
      <Empty title="There is no such screen">
        <p>
          {window.location.hash} leads nowhere. <a href={hrefOf('live')}>Go to Live</a>
        </p>
      </Empty>
    </main>
  );
}
