import type { GameRecording } from '@vectra/protocol';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { z } from 'zod';

/** The forms in which the ticks of a game can be had, the one that counts unless told first. */
export const TICK_FORMATS = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
  parquet: 'application/vnd.apache.parquet',
} as const;
export type TickFormat = keyof typeof TICK_FORMATS;
export const TICK_FORMAT_NAMES = Object.keys(TICK_FORMATS) as TickFormat[];

const tickPrice = z.object({ tick: z.int().min(0), price: z.number() });

/** The ticks of a game as JSON. */
export const gameTicks = z.object({
  game_id: z.string(),
  complete: z
    .boolean()
    .describe('Every tick up to the rug is here; otherwise they end before the first unknown one.'),
  ticks: z.array(tickPrice),
});

/** The format of a media type; undefined when there is none of it. */
export function formatOf(mediaType: string): TickFormat | undefined {
  return TICK_FORMAT_NAMES.find((format) => TICK_FORMATS[format] === mediaType);
}

/** Every price of a game by its tick: rows of `tick` and `price`, in whatever format. */
export function encodeTicks({ meta, prices }: GameRecording, format: TickFormat): string | Buffer {
  const ticks = prices.map((price, tick) => ({ tick, price }));
  switch (format) {
    case 'json': {
      const answer: z.infer<typeof gameTicks> = { game_id: meta.game_id, complete: meta.complete, ticks };
      return JSON.stringify(answer);
    }
    case 'ndjson':
      return ticks.map((row) => `${JSON.stringify(row)}\n`).join('');
    case 'csv':
      return `tick,price\n${ticks.map(({ tick, price }) => `${tick},${price}\n`).join('')}`;
    case 'parquet':
      return Buffer.from(
        parquetWriteBuffer({
          columnData: [
            { name: 'tick', data: Int32Array.from(prices.keys()), type: 'INT32', nullable: false },
            { name: 'price', data: Float64Array.from(prices), type: 'DOUBLE', nullable: false },
          ],
          kvMetadata: [
            { key: 'game_id', value: meta.game_id },
            { key: 'complete', value: String(meta.complete) },
          ],
        }),
      );
  }
}
