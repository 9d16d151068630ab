import {
  BaselineSeries,
  CandlestickSeries,
  type AutoscaleInfo,
  type BaselineData,
  type CandlestickData,
  type IChartApiBase,
  type ISeriesApi,
  type WhitespaceData,
} from 'lightweight-charts';
import type { Game } from '../connection/state.js';

export type Prices = Game['prices'];
export type ChartKind = 'line' | 'candles';
/** The value of a colour's variable in the style sheet. */
export type Colours = (name: string) => string;

/** The price of presale, at which every game starts. */
export const START_PRICE = 1;
/** The least reach of the price scale around the start. */
export const LEAST_REACH = 0.08;
/** So many ticks make a candle upstream: PROTOCOL, "TICKS_PER_CANDLE". */
export const CANDLE_TICKS = 5;

const INVISIBLE = {
  topLineColor: 'transparent',
  topFillColor1: 'transparent',
  topFillColor2: 'transparent',
  bottomLineColor: 'transparent',
  bottomFillColor1: 'transparent',
  bottomFillColor2: 'transparent',
};

/** Draws the prices of one game as one series of the chart. */
export interface Pen {
  readonly series: ISeriesApi<'Baseline', number> | ISeriesApi<'Candlestick', number>;
  /** How many ticks one of its points stands for. */
  readonly step: number;
  drawAll(prices: Prices, rugTick: number | null): void;
  /** Draws the points from that of a tick on; those before stay. */
  drawFrom(tick: number, prices: Prices, rugTick: number | null): void;
  paint(colour: Colours): void;
}

export function penFor(kind: ChartKind, chart: IChartApiBase<number>): Pen {
  return kind === 'line' ? linePen(chart) : candlePen(chart);
}

const COMMON = {
  priceLineVisible: false,
  autoscaleInfoProvider: (measure: () => AutoscaleInfo | null): AutoscaleInfo => {
    const range = measure()?.priceRange;
    const minValue = Math.min(range?.minValue ?? START_PRICE, START_PRICE - LEAST_REACH);
    const maxValue = Math.max(range?.maxValue ?? START_PRICE, START_PRICE + LEAST_REACH);
    return { priceRange: { minValue, maxValue } };
  },
};

function linePen(chart: IChartApiBase<number>): Pen {
  const series = chart.addSeries(BaselineSeries, {
    ...COMMON,
    baseValue: { type: 'price', price: START_PRICE },
    lineWidth: 2,
  });
  let rugColour = '';
  const point = (prices: Prices, tick: number, rugTick: number | null) =>
    linePoint(prices, tick, { rugTick, rugColour });
  return {
    series,
    step: 1,
    drawAll: (prices, rugTick) => series.setData(prices.map((_, tick) => point(prices, tick, rugTick))),
    drawFrom: (from, prices, rugTick) => {
      for (let tick = from; tick < prices.length; tick++) series.update(point(prices, tick, rugTick));
    },
    paint: (colour) => {
      rugColour = colour('--rug');
      series.applyOptions({
        topLineColor: colour('--gain'),
        topFillColor1: colour('--gain-fill'),
        topFillColor2: 'transparent',
        bottomLineColor: colour('--loss'),
        bottomFillColor1: 'transparent',
        bottomFillColor2: colour('--loss-fill'),
      });
    },
  };
}

/**
 * A point's colours are those of the line from it to the next one: red into the rug, and none where ticks between are
 * not known, so that a hole is seen as a hole.
 */
export function linePoint(
  prices: Prices,
  tick: number,
  { rugTick, rugColour }: { rugTick: number | null; rugColour: string },
): BaselineData<number> | WhitespaceData<number> {
  const price = prices[tick];
  if (price == null) return { time: tick };
  const point = { time: tick, value: price };
  if (prices[tick + 1] === null) return { ...point, ...INVISIBLE };
  const isRug = rugTick !== null && tick >= rugTick - 1;
  return isRug ? { ...point, topLineColor: rugColour, bottomLineColor: rugColour } : point;
}

function candlePen(chart: IChartApiBase<number>): Pen {
  const series = chart.addSeries(CandlestickSeries, COMMON);
  let rugColour = '';
  const candles = (prices: Prices, from: number, rugTick: number | null) =>
    candlesFrom(from, prices).map((candle) =>
      rugTick !== null && candle.time === candleOf(rugTick)
        ? { ...candle, color: rugColour, wickColor: rugColour }
        : candle,
    );
  return {
    series,
    step: CANDLE_TICKS,
    drawAll: (prices, rugTick) => series.setData(candles(prices, 0, rugTick)),
    drawFrom: (from, prices, rugTick) => {
      for (const candle of candles(prices, from, rugTick)) series.update(candle);
    },
    paint: (colour) => {
      rugColour = colour('--rug');
      const [up, down] = [colour('--gain'), colour('--loss')];
      series.applyOptions({
        borderVisible: false,
        ...{ upColor: up, wickUpColor: up, downColor: down, wickDownColor: down },
      });
    },
  };
}

/** The first tick of the candle that a tick belongs to. */
export function candleOf(tick: number): number {
  return tick - (tick % CANDLE_TICKS);
}

/** The candles from that of a tick on, each at its first tick; one without a known price is empty. */
export function candlesFrom(
  tick: number,
  prices: Prices,
): (CandlestickData<number> | WhitespaceData<number>)[] {
  const candles: (CandlestickData<number> | WhitespaceData<number>)[] = [];
  for (let time = candleOf(tick); time < prices.length; time += CANDLE_TICKS) {
    const known = prices.slice(time, time + CANDLE_TICKS).filter((price) => price !== null);
    const [open] = known;
    const close = known.at(-1);
    if (open === undefined || close === undefined) candles.push({ time });
    else candles.push({ time, open, close, high: Math.max(...known), low: Math.min(...known) });
  }
  return candles;
}

/** The first tick whose price is another one than before; the shorter one's length when one continues the other. */
export function firstChange(before: Prices, after: Prices): number {
  const length = Math.min(before.length, after.length);
  for (let tick = 0; tick < length; tick++) if (before[tick] !== after[tick]) return tick;
  return length;
}
