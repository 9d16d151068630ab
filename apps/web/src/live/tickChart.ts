import {
  createOptionsChart,
  createSeriesMarkers,
  LineStyle,
  type IChartApiBase,
  type IPriceLine,
  type ISeriesMarkersPluginApi,
} from 'lightweight-charts';
import { look } from '../app/theme.js';
import { multiplier } from '../app/words.js';
import type { Game } from '../connection/state.js';
import { markersOf } from './markers.js';
import { firstChange, LEAST_REACH, penFor, START_PRICE } from './pen.js';
import type { ChartKind, Colours, Pen, Prices } from './pen.js';

/** The chart is this many points wide at least, so that a game's first ticks are no giant steps. */
const LEAST_POINTS: Record<ChartKind, number> = { line: 80, candles: 40 };
/** Room to the right of the newest tick, as a part of the width. */
const MARGIN = 1.13;
/** More new points than this are drawn faster all at once than one by one. */
const MOST_UPDATES = 100;

/** Markers of a kind are so many pixels apart at least, so that the price stays legible. */
const MARKER_PX = 18;

/** What of a game is drawn. */
export type ChartGame = Pick<Game, 'id' | 'prices' | 'peak' | 'end' | 'marks'>;

/** One game on the chart: its series is its own, and goes with it. */
interface Drawing {
  gameId: string;
  kind: ChartKind;
  pen: Pen;
  markers: ISeriesMarkersPluginApi<number>;
  /** What the markers were made of. */
  marked: string;
  peakLine: IPriceLine | undefined;
  prices: Prices;
  rugTick: number | null;
  isOver: boolean;
}

/** Has something of one's own drawn with a series. @returns what takes it away again. */
export type Decorator = (series: Pen['series']) => () => void;

/** Draws one game at a time by tick number: the horizontal scale is made of whole numbers, never of times. */
export class TickChart {
  readonly #chart: IChartApiBase<number>;
  readonly #unwatch: () => void;
  #drawing: Drawing | undefined;
  #shown: { game: ChartGame; kind: ChartKind } | undefined;
  #colours: Colours = cssColours();
  #decorator: Decorator | undefined;
  #undecorate: (() => void) | undefined;

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
        // In a long game many ticks fall on one pixel: drawing each of them would take longer than a frame.
        enableConflation: true,
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
    this.#unwatch = look.subscribe(() => this.#repaint());
    this.#paint();
  }

  /** The prices that the series on the chart was given, by tick. */
  get drawn(): Prices {
    return this.#drawing?.prices ?? [];
  }

  /** Draws what is new of the game; all of it when something before its end has changed. */
  show(game: ChartGame, kind: ChartKind = 'line'): void {
    this.#shown = { game, kind };
    const drawing = this.#drawingOf(game.id, kind);
    this.#drawPrices(drawing, game);
    this.#drawPeak(drawing, game.peak);
    const points = Math.max(LEAST_POINTS[kind], (game.prices.length * MARGIN) / drawing.pen.step);
    this.#drawMarkers(drawing, game, points * drawing.pen.step);
    this.#chart.timeScale().setVisibleLogicalRange({ from: -0.5, to: points });
  }

  /** Decorates the series of the game that is shown, and of each one after it. */
  decorate(decorator: Decorator): void {
    this.#undecorate?.();
    this.#decorator = decorator;
    this.#undecorate = this.#drawing && decorator(this.#drawing.pen.series);
  }

  remove(): void {
    this.#unwatch();
    this.#undecorate?.();
    this.#chart.remove();
  }

  #drawingOf(gameId: string, kind: ChartKind): Drawing {
    const before = this.#drawing;
    if (before?.gameId === gameId && before.kind === kind) return before;
    this.#drop();
    const pen = penFor(kind, this.#chart);
    pen.paint(this.#colours);
    const markers = createSeriesMarkers<number>(pen.series, []);
    this.#drawing = {
      ...{ gameId, kind, pen, markers, marked: '' },
      ...{ peakLine: undefined, prices: [], rugTick: null, isOver: false },
    };
    this.#undecorate = this.#decorator?.(pen.series);
    return this.#drawing;
  }

  #drop(): void {
    this.#undecorate?.();
    this.#undecorate = undefined;
    if (this.#drawing !== undefined) this.#chart.removeSeries(this.#drawing.pen.series);
    this.#drawing = undefined;
  }

  #drawPrices(drawing: Drawing, { prices, end }: ChartGame): void {
    const rugTick = end?.reason === 'rugged' ? end.rugTick : null;
    // What the newest point looks like depends on the one that follows.
    const from = Math.max(0, drawing.prices.length - 1);
    const isContinued = prices.length >= drawing.prices.length && firstChange(drawing.prices, prices) >= from;
    const isLittle = (prices.length - from) / drawing.pen.step <= MOST_UPDATES;
    if (isContinued && isLittle && rugTick === drawing.rugTick) drawing.pen.drawFrom(from, prices, rugTick);
    else drawing.pen.drawAll(prices, rugTick);
    const isOver = end !== null;
    if (isOver !== drawing.isOver) drawing.pen.series.applyOptions({ lastValueVisible: !isOver });
    drawing.isOver = isOver;
    drawing.prices = prices;
    drawing.rugTick = rugTick;
  }

  #drawMarkers(drawing: Drawing, { marks = [] }: ChartGame, width: number): void {
    const rugTick =
      drawing.rugTick !== null && drawing.rugTick < drawing.prices.length ? drawing.rugTick : null;
    const places = Math.max(1, Math.floor(this.#chart.timeScale().width() / MARKER_PX));
    const { step } = drawing.pen;
    const markers = markersOf({ marks, width, places, step, rugTick }, this.#colours);
    const marked = JSON.stringify(markers);
    if (marked === drawing.marked) return;
    drawing.marked = marked;
    drawing.markers.setMarkers(markers);
  }

  #drawPeak(drawing: Drawing, peak: number): void {
    const isHigh = peak > START_PRICE + LEAST_REACH;
    if (drawing.peakLine !== undefined && isHigh) {
      if (drawing.peakLine.options().price !== peak) drawing.peakLine.applyOptions({ price: peak });
      return;
    }
    if (drawing.peakLine !== undefined) drawing.pen.series.removePriceLine(drawing.peakLine);
    drawing.peakLine = undefined;
    if (!isHigh) return;
    drawing.peakLine = drawing.pen.series.createPriceLine({
      price: peak,
      color: this.#colours('--line'),
      lineStyle: LineStyle.Dashed,
      lineWidth: 1,
      axisLabelColor: this.#colours('--label'),
      axisLabelTextColor: '#fff',
      title: 'peak',
    });
  }

  /** In other colours: from the beginning, as points and markers have colours of their own. */
  #repaint(): void {
    this.#paint();
    this.#drop();
    if (this.#shown !== undefined) this.show(this.#shown.game, this.#shown.kind);
  }

  #paint(): void {
    this.#colours = cssColours();
    const grid = { color: this.#colours('--grid') };
    const line = { color: this.#colours('--line'), labelBackgroundColor: this.#colours('--label') };
    this.#chart.applyOptions({
      layout: { textColor: this.#colours('--quiet'), fontFamily: this.#colours('--font') },
      grid: { vertLines: grid, horzLines: grid },
      crosshair: { vertLine: line, horzLine: line },
    });
  }
}

/** The colours as they are now; reading them from the page each time would be slow. */
function cssColours(): Colours {
  const style = window.getComputedStyle(document.documentElement);
  const known = new Map<string, string>();
  return (name) => {
    const value = known.get(name) ?? style.getPropertyValue(name).trim();
    known.set(name, value);
    return value;
  };
}
