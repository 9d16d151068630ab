/** A moment in local time, with UTC on hover. @param at Unix ms, or ISO 8601 in UTC. */
export function Time({ at, only }: { at: number | string; only?: 'date' | 'time' }) {
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return <>–</>;
  const utc = moment.toISOString();
  return (
    <time dateTime={utc} title={`${utc.slice(0, 19).replace('T', ' ')} UTC`}>
      {localWords(moment, only)}
    </time>
  );
}

const DATE = { dateStyle: 'medium' } as const;
const CLOCK = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;

function localWords(moment: Date, only: 'date' | 'time' | undefined): string {
  if (only === 'date') return moment.toLocaleDateString(undefined, DATE);
  const clock = moment.toLocaleTimeString(undefined, CLOCK);
  return only === 'time' ? clock : `${moment.toLocaleDateString(undefined, DATE)}, ${clock}`;
}
