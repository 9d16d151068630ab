import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance, StatementType, type DuckDBConnection, type JS } from '@duckdb/node-api';
import { quote } from '../store/engine.js';
import { listTypes } from '../store/snapshot.js';
import { viewStatements } from './views.js';

/** Files may be merged between listing and reading them. */
const ATTEMPTS = 3;

export interface QueryResult {
  columns: readonly string[];
  /** Rows in groups: null, boolean, number, bigint, string, Date (UTC), and lists and objects of them. */
  rows: AsyncIterable<readonly (readonly JS[])[]>;
}

/**
 * Runs one SELECT over an event store, without changing anything.
 *
 * @param visit reads the result; called again from the start when a file was merged before the first row was there.
 * @throws Error in DuckDB's words when the query is not right.
 */
export async function queryStore(
  root: string,
  sql: string,
  visit: (result: QueryResult) => Promise<void>,
): Promise<void> {
  const temporary = await mkdtemp(join(tmpdir(), 'rugs-query-'));
  try {
    for (let attempt = 1; ; attempt++) {
      const before = await listTypes(root);
      const progress = { begun: false };
      try {
        await withViews({ root, temporary, statements: viewStatements(before) }, async (connection) => {
          const prepared = await prepareSelect(connection, sql);
          const result = await prepared.stream();
          const rows = result.yieldRowsJs();
          const first = await rows.next();
          progress.begun = true;
          await visit({ columns: result.deduplicatedColumnNames(), rows: startingWith(first, rows) });
        });
        return;
      } catch (error) {
        if (progress.begun || attempt === ATTEMPTS || same(before, await listTypes(root))) throw error;
      }
    }
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

interface Opening {
  root: string;
  temporary: string;
  statements: readonly string[];
}

async function withViews(
  { root, temporary, statements }: Opening,
  use: (connection: DuckDBConnection) => Promise<void>,
): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', {
    temp_directory: temporary,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    for (const statement of statements) await connection.run(statement);
    // From here on no other file is in reach, and nothing of this can be changed.
    await connection.run(`SET allowed_directories = [${quote(root)}]`);
    await connection.run('SET enable_external_access = false');
    await connection.run('SET lock_configuration = true');
    await use(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function prepareSelect(connection: DuckDBConnection, sql: string) {
  const statements = await connection.extractStatements(sql);
  if (statements.count !== 1) throw new Error(`expected one SELECT, were ${statements.count} statements`);
  const prepared = await statements.prepare(0);
  if (prepared.statementType !== StatementType.SELECT)
    throw new Error(
      `expected a SELECT, was ${StatementType[prepared.statementType]}: the event store is only read`,
    );
  return prepared;
}

async function* startingWith<T>(
  first: IteratorResult<T, unknown>,
  rest: AsyncIterableIterator<T>,
): AsyncGenerator<T> {
  if (first.done === true) return;
  yield first.value;
  yield* rest;
}

function same(
  a: ReadonlyMap<string, { paths: string[] }>,
  b: ReadonlyMap<string, { paths: string[] }>,
): boolean {
  const text = (types: typeof a): string =>
    JSON.stringify([...types].map(([type, { paths }]) => [type, paths]));
  return text(a) === text(b);
}
