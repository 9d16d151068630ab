import type {
  IChartApiBase,
  IPrimitivePaneRenderer,
  IPrimitivePaneView,
  ISeriesApi,
  ISeriesPrimitive,
  Logical,
  SeriesAttachedParameter,
  SeriesType,
} from 'lightweight-charts';
import type { Decorator } from '../live/tickChart.js';
import type { GameBets } from './bets.js';

type Target = Parameters<IPrimitivePaneRenderer['draw']>[0];
type Scope = Parameters<Parameters<Target['useMediaCoordinateSpace']>[0]>[0];

const NONE: GameBets = { windows: [], marks: [], entry: null };
/** Between a window's edge and its name, in pixels. */
const LABEL_GAP = 5;
/** Half the width of the mark of an order, in pixels. */
const MARK = 5;

/** Draws on a chart by tick what a session bet in that game: its sidebets' windows, its orders, and the price it holds at. */
export class BetsOverlay implements ISeriesPrimitive<number> {
  #bets: GameBets = NONE;
  #chart: IChartApiBase<number> | undefined;
  #series: ISeriesApi<SeriesType, number> | undefined;
  #update: () => void = () => undefined;
  readonly #views: readonly IPrimitivePaneView[] = [
    {
      zOrder: () => 'bottom',
      renderer: () => ({ draw: (target) => this.#on(target, (scope) => this.#drawWindows(scope)) }),
    },
    {
      zOrder: () => 'top',
      renderer: () => ({ draw: (target) => this.#on(target, (scope) => this.#drawOrders(scope)) }),
    },
  ];

  /** Goes with the series of each game. */
  readonly decorator: Decorator = (series) => {
    series.attachPrimitive(this);
    return () => series.detachPrimitive(this);
  };

  show(bets: GameBets): void {
    this.#bets = bets;
    this.#update();
  }

  attached({ chart, series, requestUpdate }: SeriesAttachedParameter<number>): void {
    this.#chart = chart;
    this.#series = series;
    this.#update = requestUpdate;
  }

  detached(): void {
    this.#chart = undefined;
    this.#series = undefined;
    this.#update = () => undefined;
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return this.#views;
  }

  #on(target: Target, draw: (scope: Scope) => void): void {
    target.useMediaCoordinateSpace(draw);
  }

  #drawWindows({ context, mediaSize }: Scope): void {
    for (const { from, to, state } of this.#bets.windows) {
      const [left, right] = [this.#x(from), this.#x(to)];
      if (left === null || right === null) continue;
      context.fillStyle = windowColour(state, '--line');
      context.globalAlpha = state === 'open' ? 0.16 : 0.1;
      context.fillRect(left, 0, right - left, mediaSize.height);
      context.globalAlpha = state === 'open' ? 0.9 : 0.5;
      context.fillRect(left, 0, 1, mediaSize.height);
      context.fillRect(right, 0, 1, mediaSize.height);
      context.globalAlpha = 1;
    }
  }

  #drawOrders({ context, mediaSize }: Scope): void {
    const { entry, marks, windows } = this.#bets;
    for (const { from, to, state } of windows) {
      const [left, right] = [this.#x(from), this.#x(to)];
      if (left === null || right === null) continue;
      const [colour, room] = [windowColour(state, '--quiet'), right - left - 2 * LABEL_GAP];
      label(context, `sidebet ${state}`, { x: left + LABEL_GAP, y: 12, colour, room });
    }
    if (entry !== null) this.#drawEntry(context, entry, mediaSize.width);
    for (const { tick, price, side } of marks) {
      const [x, y] = [this.#x(tick), this.#series?.priceToCoordinate(price) ?? null];
      if (x === null || y === null) continue;
      // Buys point up from below the line, sales down from above it.
      const away = side === 'buy' ? 1 : -1;
      context.fillStyle = colourOf(side === 'buy' ? '--high' : '--moon');
      context.beginPath();
      context.moveTo(x, y + away * 4);
      context.lineTo(x - MARK, y + away * (4 + 2 * MARK));
      context.lineTo(x + MARK, y + away * (4 + 2 * MARK));
      context.closePath();
      context.fill();
    }
  }

  #drawEntry(context: CanvasRenderingContext2D, price: number, width: number): void {
    const y = this.#series?.priceToCoordinate(price) ?? null;
    if (y === null) return;
    const colour = colourOf('--high');
    context.fillStyle = colour;
    for (let x = 0; x < width; x += 8) context.fillRect(x, Math.round(y), 4, 1);
    label(context, `held at ${price.toFixed(2)}x`, { x: 6, y: y - 5, colour, room: width });
  }

  /** Also of ticks that are still to come: the scale counts on. */
  #x(tick: number): number | null {
    return this.#chart?.timeScale().logicalToCoordinate(tick as Logical) ?? null;
  }
}

interface Label {
  x: number;
  y: number;
  colour: string;
  /** In pixels: what does not fit is left away. */
  room: number;
}

function label(context: CanvasRenderingContext2D, text: string, { x, y, colour, room }: Label): void {
  context.font = '11px sans-serif';
  context.fillStyle = colour;
  if (context.measureText(text).width <= room) context.fillText(text, x, y);
}

function windowColour(state: GameBets['windows'][number]['state'], lost: string): string {
  if (state === 'lost') return colourOf(lost);
  return colourOf(state === 'open' ? '--wait' : '--gain');
}

function colourOf(name: string): string {
  return window.getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
