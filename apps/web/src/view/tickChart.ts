import {
  BaselineSeries,
  createOptionsChart,
  createSeriesMarkers,
  LineStyle,
  type IChartApiBase,
  type IPriceLine,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
} from 'lightweight-charts';
import type { Game } from '../live/state.js';
import { multiplier } from '../live/words.js';

/** The chart is this many ticks wide at least, so that a game's first ticks are no giant steps. */
const LEAST_TICKS = 80;
/** Room to the right of the newest tick, as a part of the width. */
const MARGIN = 1.08;
/** The price of presale, at which every game starts. */
const START_PRICE = 1;
/** The least reach of the price scale around the start. */
const LEAST_REACH = 0.08;

type Prices = Game['prices'];

/** Draws one game at a time by tick number: the horizontal scale is made of whole numbers, never of times. */
export class TickChart {
  readonly #chart: IChartApiBase<number>;
  readonly #series: ISeriesApi<'Baseline', number>;
  readonly #markers: ISeriesMarkersPluginApi<number>;
  readonly #colours: MediaQueryList;
  readonly #paint = (): void => this.#applyColours();
  #peakLine: IPriceLine | undefined;
  #drawn: Prices = [];
  #game: Game | undefined;

  constructor(place: HTMLElement) {
    this.#chart = createOptionsChart(place, {
      autoSize: true,
      handleScroll: false,
      handleScale: false,
      localization: { precision: 0, priceFormatter: (price: number) => `${multiplier(Math.max(0, price))}x` },
      // The link that the logo stands for is in the page's footer: the logo would need an inline style sheet.
      layout: { attributionLogo: false, background: { color: 'transparent' } },
      timeScale: {
        borderVisible: false,
        minBarSpacing: 0.01,
        fixLeftEdge: true,
        lockVisibleTimeRangeOnResize: true,
      },
      rightPriceScale: { borderVisible: false, scaleMargins: { top: 0.12, bottom: 0.06 } },
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
    this.#colours = window.matchMedia('(prefers-color-scheme: dark)');
    this.#colours.addEventListener('change', this.#paint);
    this.#applyColours();
  }

  show(game: Game): void {
    const isAnother = game.id !== this.#game?.id;
    this.#game = game;
    if (isAnother) this.#drawn = [];
    this.#draw(game.prices, isAnother);
    this.#mark(game);
    const width = Math.max(LEAST_TICKS, game.prices.length * MARGIN);
    this.#chart.timeScale().setVisibleLogicalRange({ from: -0.5, to: width });
  }

  remove(): void {
    this.#colours.removeEventListener('change', this.#paint);
    this.#chart.remove();
  }

  /** Adds what is new at the end; draws everything again when an earlier tick has become known or another. */
  #draw(prices: Prices, isAnother: boolean): void {
    const drawn = this.#drawn;
    const isLonger = prices.length >= drawn.length && drawn.every((price, tick) => price === prices[tick]);
    if (isAnother || !isLonger) this.#series.setData(prices.map(point));
    else {
      for (const [offset, price] of prices.slice(drawn.length).entries()) {
        this.#series.update(point(price, drawn.length + offset));
      }
    }
    this.#drawn = prices;
  }

  #mark({ end, peak, prices }: Game): void {
    const colour = cssColours();
    const rugTick = end?.reason === 'rugged' ? end.rugTick : null;
    const isDrawn = rugTick !== null && rugTick < prices.length;
    this.#markers.setMarkers(
      isDrawn
        ? [
            {
              time: rugTick,
              position: 'inBar',
              shape: 'circle',
              size: 1.6,
              color: colour('--rug'),
              text: 'RUG',
            },
          ]
        : [],
    );
    if (this.#peakLine !== undefined) this.#series.removePriceLine(this.#peakLine);
    this.#peakLine = undefined;
    if (peak <= START_PRICE + LEAST_REACH) return;
    this.#peakLine = this.#series.createPriceLine({
      price: peak,
      color: colour('--line'),
      lineStyle: LineStyle.Dashed,
      lineWidth: 1,
      axisLabelVisible: false,
      title: `peak ${multiplier(peak)}x`,
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
    if (this.#game !== undefined) this.#mark(this.#game);
  }
}

/** A tick whose price is not known keeps its place, empty. */
function point(price: number | null, tick: number): { time: number; value: number } | { time: number } {
  return price === null ? { time: tick } : { time: tick, value: price };
}

function cssColours(): (name: string) => string {
  const style = window.getComputedStyle(document.documentElement);
  return (name) => style.getPropertyValue(name).trim();
}
