import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  DuckDBDataChunk,
  DuckDBInstance,
  DuckDBTimestampMillisecondsValue,
  LIST,
  listValue,
  TIMESTAMP_MS,
  VARCHAR,
  type DuckDBConnection,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api';
import type { Column, ColumnType, Row, Value } from './columns.js';

/** The store works beside the recorder: slowly rather than at its cost. */
const MEMORY_MB = 256;
/** Rows handed over at once: the most that DuckDB takes. */
const CHUNK_ROWS = 2_048;

const TYPES: Readonly<Record<ColumnType, DuckDBType>> = {
  VARCHAR,
  BIGINT,
  DOUBLE,
  BOOLEAN,
  TIMESTAMP_MS,
  'DOUBLE[]': LIST(DOUBLE),
  'VARCHAR[]': LIST(VARCHAR),
};

/** `a'b` -> `'a''b'` */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** `a"b` -> `"a""b"` */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The rows of Parquet files, whatever columns each has. In SQL, after FROM. */
export function rowsOf(paths: readonly string[], options = ''): string {
  const literal = (path: string): string => quote(path.replace(/[*?[]/g, '[$&]'));
  return `read_parquet([${paths.map(literal).join(', ')}], union_by_name = true, hive_partitioning = false${options})`;
}

/**
 * Writes and reads Parquet (zstd) with a DuckDB in memory. Its work runs on a thread of its own, so a large file does not hold
 * up the journal; what is too large for its memory spills to `temporary`.
 */
export class Engine {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.#connection = connection;
  }

  /** Opens one, uses it, and gives its memory back. */
  static async use<T>(temporary: string, work: (engine: Engine) => Promise<T>): Promise<T> {
    const instance = await DuckDBInstance.create(':memory:', {
      threads: '1',
      memory_limit: `${MEMORY_MB}MB`,
      temp_directory: temporary,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    const engine = new Engine(instance, await instance.connect());
    try {
      return await work(engine);
    } finally {
      engine.#connection.closeSync();
      engine.#instance.closeSync();
    }
  }

  /** Puts rows into a file, in the order given. */
  async write(path: string, columns: readonly Column[], rows: readonly Row[]): Promise<void> {
    const connection = this.#connection;
    const definitions = columns.map(({ name, type }) => `${quoteName(name)} ${type}`);
    await connection.run(`CREATE OR REPLACE TABLE part (${definitions.join(', ')})`);
    const appender = await connection.createAppender('part');
    const types = columns.map(({ type }) => TYPES[type]);
    for (let from = 0; from < rows.length; from += CHUNK_ROWS) {
      const some = rows.slice(from, from + CHUNK_ROWS);
      const chunk = DuckDBDataChunk.create(types, some.length);
      chunk.setRows(some.map((row) => columns.map(({ type, of }) => toDuck(type, of(row)))));
      appender.appendDataChunk(chunk);
      // Between two chunks, others have their turn.
      await new Promise(setImmediate);
    }
    appender.closeSync();
    await this.copy('SELECT * FROM part', path);
    await connection.run('DROP TABLE part');
  }

  /** Puts the rows of several files into one, in that order. */
  concatenate(paths: readonly string[], to: string): Promise<void> {
    return this.copy(`SELECT * FROM ${rowsOf(paths)}`, to);
  }

  /** Puts the rows of files of one epoch into one, each once, by their place in the log. */
  merge(paths: readonly string[], to: string): Promise<void> {
    // First the places, then the rows: the rows are large.
    const rows = rowsOf(paths, ', filename = true, file_row_number = true');
    const first = `SELECT min((filename, file_row_number)) FROM ${rows} GROUP BY seq`;
    const without = '* EXCLUDE (filename, file_row_number)';
    return this.copy(
      `SELECT ${without} FROM ${rows} WHERE (filename, file_row_number) IN (${first}) ORDER BY seq`,
      to,
    );
  }

  /** Puts the result of a query into a file. */
  async copy(query: string, to: string): Promise<void> {
    await this.#connection.run(`COPY (${query}) TO ${quote(to)} (FORMAT parquet, COMPRESSION zstd)`);
  }

  /** Counts the rows of files. */
  async count(paths: readonly string[]): Promise<number> {
    return Number((await this.rows(`SELECT count(*) FROM ${rowsOf(paths)}`))[0]?.[0]);
  }

  /** Counts the places in the log that the rows of files of one epoch have. */
  async countPlaces(paths: readonly string[]): Promise<number> {
    return Number((await this.rows(`SELECT count(DISTINCT seq) FROM ${rowsOf(paths)}`))[0]?.[0]);
  }

  /** Those of some places in the log that files of one epoch have a row of. */
  async places(paths: readonly string[], some: readonly number[]): Promise<number[]> {
    const rows = await this.rows(
      `SELECT DISTINCT seq FROM ${rowsOf(paths)} WHERE seq IN (${some.join(', ')})`,
    );
    return rows.map(([seq]) => Number(seq));
  }

  /** The whole result of a query. */
  async rows(query: string): Promise<DuckDBValue[][]> {
    return (await this.#connection.runAndReadAll(query)).getRows();
  }
}

function toDuck(type: ColumnType, value: Value): DuckDBValue {
  if (value === null) return null;
  if (typeof value === 'object') return listValue([...value]);
  if (type === 'BIGINT') return BigInt(value);
  if (type === 'TIMESTAMP_MS') return new DuckDBTimestampMillisecondsValue(BigInt(value));
  return value;
}
