import type { GroupHealth, ServiceInstance, SourceHealth } from '@vectra/client';
import { useEffect, useRef } from 'react';
import { TableHead } from '../app/TableHead.js';
import { Time } from '../app/Time.js';
import { duration } from '../app/words.js';
import { ageWords } from './ages.js';
import { Figures } from './Diagram.js';
import { StateIcon } from './StateIcon.js';
import type { Part } from './system.js';
import { checksOf, count, factsOf, isStandby } from './told.js';

/** All that is known of one part. */
export function Details({ part, now, close }: { part: Part; now: number; close: () => void }) {
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    // In braces: browsers may return a promise, which would be taken for a clean-up.
    place.current?.scrollIntoView({ block: 'nearest' });
  }, [part.id]);
  const { told, sources, instances, groups } = part;
  return (
    <section id="details" className="details" aria-labelledby="details-title" ref={place}>
      <div className="name">
        <h2 id="details-title">{part.name}</h2>
        <StateIcon state={part.state} words />
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
      {told.map(({ message, remedy }) => (
        <p key={message}>
          {message} <span className="quiet">{remedy}</span>
        </p>
      ))}
      {sources.length > 0 && <Sources sources={sources} now={now} />}
      {groups.length > 0 && <Groups groups={groups} />}
      {instances.map((instance) => (
        <Instance key={instance.instance} instance={instance} now={now} />
      ))}
    </section>
  );
}

function Sources({ sources, now }: { sources: readonly SourceHealth[]; now: number }) {
  return (
    <Table
      caption="Connections"
      columns={['Instance', 'State', 'Reconnects', 'Last event', 'Latency p50 / p95 / p99']}
      rows={sources.map(({ service, instance, connected, reconnects, lastEventAt, latencyMs }) => [
        `${service} ${instance}`,
        connected ? 'connected' : 'not connected',
        count(reconnects),
        lastEventAt === null ? 'none yet' : ageWords(now - lastEventAt),
        latencyMs == null
          ? 'not followed'
          : [latencyMs.p50, latencyMs.p95, latencyMs.p99]
              .map((ms) => (ms === null ? '–' : duration(ms)))
              .join(' / '),
      ])}
    />
  );
}

function Groups({ groups }: { groups: readonly GroupHealth[] }) {
  return (
    <Table
      caption="Consumer groups"
      columns={['Group', 'Lag', 'Pending', 'Dead letters', 'Required']}
      rows={groups.map(({ name, lag, pending, deadLetters, required }) => [
        name,
        count(lag),
        count(pending),
        count(deadLetters),
        required ? 'yes' : 'no',
      ])}
    />
  );
}

function Table({ caption, columns, rows }: { caption: string; columns: string[]; rows: string[][] }) {
  return (
    <div className="wide" role="region" aria-label={caption} tabIndex={0}>
      <table>
        <caption>{caption}</caption>
        <TableHead columns={columns} />
        <tbody>
          {rows.map(([first = '', ...cells]) => (
            <tr key={first}>
              <th scope="row">{first}</th>
              {cells.map((cell, index) => (
                <td key={columns[index + 1]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Instance({ instance, now }: { instance: ServiceInstance; now: number }) {
  const { instance: id, host, pid, startedAt, at, fresh, ok } = instance;
  const state = !fresh ? 'unknown' : ok ? 'well' : 'problem';
  const facts = [
    { label: 'process', value: `${pid} on ${host}` },
    { label: 'role', value: !fresh ? 'silent' : isStandby(instance) ? 'on standby' : 'active' },
    { label: 'last heard', at },
    ...factsOf(instance).filter(({ label }) => label !== 'role'),
  ];
  return (
    <section className="instance" aria-label={`Instance ${id}`}>
      <div className="name">
        <h3>Instance {id}</h3>
        <StateIcon state={state} words />
        <span className="quiet">
          since <Time at={startedAt} />
        </span>
      </div>
      <ul className="checks" aria-label="Conditions">
        {checksOf(instance).map(({ name, ok: holds, detail }) => (
          <li key={name}>
            <StateIcon state={holds ? 'well' : 'problem'} /> {name}
            {detail !== '' && <span className="quiet"> {detail}</span>}
          </li>
        ))}
      </ul>
      <Figures figures={facts} now={now} />
    </section>
  );
}
