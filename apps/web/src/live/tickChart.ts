import {
  BaselineSeries,
  createOptionsChart,
  createSeriesMarkers,
  LineStyle,
  type BaselineData,
  type IChartApiBase,
  type IPriceLine,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  type ISeriesPrimitive,
  type WhitespaceData,
} from 'lightweight-charts';
import { look } from '../app/theme.js';
import type { Game } from '../connection/state.js';
import { multiplier } from '../app/words.js';

/** The chart is this many ticks wide at least, so that a game's first ticks are no giant steps. */
const LEAST_TICKS = 80;
/** Room to the right of the newest tick, as a part of the width. */
const MARGIN = 1.13;
/** The price of presale, at which every game starts. */
const START_PRICE = 1;
/** The least reach of the price scale around the start. */
const LEAST_REACH = 0.08;

const RUG_MARKER = { position: 'inBar', shape: 'circle', size: 1.6, text: 'RUGGED' } as const;
const INVISIBLE = {
  topLineColor: 'transparent',
  topFillColor1: 'transparent',
  topFillColor2: 'transparent',
  bottomLineColor: 'transparent',
  bottomFillColor1: 'transparent',
  bottomFillColor2: 'transparent',
};

type Prices = Game['prices'];
type Point = BaselineData<number> | WhitespaceData<number>;

/** Draws one game at a time by tick number: the horizontal scale is made of whole numbers, never of times. */
export class TickChart {
  readonly #chart: IChartApiBase<number>;
  readonly #series: ISeriesApi<'Baseline', number>;
  readonly #markers: ISeriesMarkersPluginApi<number>;
  readonly #unwatch: () => void;
  #peakLine: IPriceLine | undefined;
  #game: Game | undefined;

  constructor(place: HTMLElement) {
    this.#chart = createOptionsChart(place, {
      autoSize: true,
      handleScroll: false,
      handleScale: false,
      localization: { precision: 0, priceFormatter: (price: number) => `${multiplier(price)}x` },
      // The link that the logo stands for is in the page's footer: the logo would need an inline style sheet.
      layout: { attributionLogo: false, background: { color: 'transparent' } },
      timeScale: {
        borderVisible: false,
        minBarSpacing: 0.01,
        fixLeftEdge: true,
        lockVisibleTimeRangeOnResize: true,
      },
      rightPriceScale: {
        borderVisible: false,
        minimumWidth: 72,
        entireTextOnly: true,
        scaleMargins: { top: 0.12, bottom: 0.1 },
      },
    });
    this.#series = this.#chart.addSeries(BaselineSeries, {
      baseValue: { type: 'price', price: START_PRICE },
      lineWidth: 2,
      priceLineVisible: false,
      autoscaleInfoProvider: (
        measure: () => { priceRange: { minValue: number; maxValue: number } | null } | null,
      ) => {
        const range = measure()?.priceRange;
        const minValue = Math.min(range?.minValue ?? START_PRICE, START_PRICE - LEAST_REACH);
        const maxValue = Math.max(range?.maxValue ?? START_PRICE, START_PRICE + LEAST_REACH);
        return { priceRange: { minValue, maxValue } };
      },
    });
    this.#markers = createSeriesMarkers(this.#series, []);
    this.#unwatch = look.subscribe(() => this.#applyColours());
    this.#applyColours();
  }

  show(game: Game): void {
    this.#game = game;
    this.#draw(game);
    const width = Math.max(LEAST_TICKS, game.prices.length * MARGIN);
    this.#chart.timeScale().setVisibleLogicalRange({ from: -0.5, to: width });
  }

  /** For what others draw on the chart: markers and shades of their own. */
  get series(): ISeriesApi<'Baseline', number> {
    return this.#series;
  }

  /** Draws something of one's own over the price; it gets this chart's scales. */
  attach(overlay: ISeriesPrimitive<number>): void {
    this.#series.attachPrimitive(overlay);
  }

  remove(): void {
    this.#unwatch();
    this.#chart.remove();
  }

  #draw({ end, peak, prices }: Game): void {
    const colour = cssColours();
    const rugTick = end?.reason === 'rugged' ? end.rugTick : null;
    this.#series.setData(points(prices, rugTick, colour('--rug')));
    this.#series.applyOptions({ lastValueVisible: end === null });
    const isRugDrawn = rugTick !== null && rugTick < prices.length;
    this.#markers.setMarkers(isRugDrawn ? [{ ...RUG_MARKER, time: rugTick, color: colour('--rug') }] : []);
    if (this.#peakLine !== undefined) this.#series.removePriceLine(this.#peakLine);
    this.#peakLine = undefined;
    if (peak <= START_PRICE + LEAST_REACH) return;
    this.#peakLine = this.#series.createPriceLine({
      price: peak,
      color: colour('--line'),
      lineStyle: LineStyle.Dashed,
      lineWidth: 1,
      axisLabelColor: colour('--label'),
      axisLabelTextColor: '#fff',
      title: 'peak',
    });
  }

  #applyColours(): void {
    const colour = cssColours();
    const grid = { color: colour('--grid') };
    this.#chart.applyOptions({
      layout: { textColor: colour('--quiet'), fontFamily: colour('--font') },
      grid: { vertLines: grid, horzLines: grid },
      crosshair: {
        vertLine: { color: colour('--line'), labelBackgroundColor: colour('--label') },
        horzLine: { color: colour('--line'), labelBackgroundColor: colour('--label') },
      },
    });
    this.#series.applyOptions({
      topLineColor: colour('--gain'),
      topFillColor1: colour('--gain-fill'),
      topFillColor2: 'transparent',
      bottomLineColor: colour('--loss'),
      bottomFillColor1: 'transparent',
      bottomFillColor2: colour('--loss-fill'),
    });
    if (this.#game !== undefined) this.#draw(this.#game);
  }
}

/**
 * A point a tick. A point's colours are those of the line from it to the next one: red into the rug, and none where
 * ticks between are not known, so that a hole is seen as a hole.
 */
function points(prices: Prices, rugTick: number | null, rugColour: string): Point[] {
  return prices.map((price, tick) => {
    if (price === null) return { time: tick };
    const point = { time: tick, value: price };
    if (prices[tick + 1] === null) return { ...point, ...INVISIBLE };
    const isRug = rugTick !== null && tick >= rugTick - 1;
    return isRug ? { ...point, topLineColor: rugColour, bottomLineColor: rugColour } : point;
  });
}

function cssColours(): (name: string) => string {
  const style = window.getComputedStyle(document.documentElement);
  return (name) => style.getPropertyValue(name).trim();
}
