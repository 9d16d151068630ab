const FORMATS = [
  ['csv', 'CSV', 'for spreadsheets'],
  ['json', 'JSON', 'ticks and prices'],
  ['ndjson', 'NDJSON', 'one tick a line'],
  ['parquet', 'Parquet', 'for pandas, polars, DuckDB'],
] as const;

/** The game's ticks as files, every price to its last bit, and its recording. */
export function Downloads({ gameId }: { gameId: string }) {
  const path = `/api/games/${encodeURIComponent(gameId)}`;
  return (
    <section aria-labelledby="downloads">
      <h2 id="downloads">Downloads</h2>
      <ul className="downloads">
        {FORMATS.map(([format, name, words]) => (
          <li key={format}>
            <a href={`${path}/ticks?format=${format}`} download={`${gameId}.${format}`}>
              {name}
            </a>
            <span className="quiet">{words}</span>
          </li>
        ))}
        <li>
          <a href={path} download={`${gameId}.game.json`}>
            Recording
          </a>
          <span className="quiet">figures, seed and prices, as the recorder keeps them</span>
        </li>
      </ul>
    </section>
  );
}
