import type {
  IChartApiBase,
  IPrimitivePaneRenderer,
  ISeriesPrimitiveBase,
  SeriesAttachedParameter,
} from 'lightweight-charts';
import type { BetWindow } from './piano.js';

type Target = Parameters<IPrimitivePaneRenderer['draw']>[0];

/** What a window is painted with, by its outcome: names of the theme's colours. */
const COLOURS: Record<BetWindow['outcome'], string> = { open: '--wait', won: '--gain', lost: '--line' };
const FILL = 0.14;

/** Shades the windows of sidebets behind the chart's line, from edge to edge in height. */
export class BetShades implements ISeriesPrimitiveBase<SeriesAttachedParameter<number>> {
  #chart: IChartApiBase<number> | undefined;
  #update: () => void = () => undefined;
  #windows: readonly BetWindow[] = [];

  attached({ chart, requestUpdate }: SeriesAttachedParameter<number>): void {
    this.#chart = chart;
    this.#update = requestUpdate;
  }

  detached(): void {
    this.#chart = undefined;
  }

  show(windows: readonly BetWindow[]): void {
    this.#windows = windows;
    this.#update();
  }

  paneViews() {
    return [
      { zOrder: () => 'bottom' as const, renderer: () => ({ draw: (target: Target) => this.#draw(target) }) },
    ];
  }

  #draw(target: Target): void {
    const scale = this.#chart?.timeScale();
    if (scale === undefined) return;
    const style = window.getComputedStyle(document.documentElement);
    target.useBitmapCoordinateSpace(({ context, bitmapSize, horizontalPixelRatio }) => {
      for (const { from, to, outcome } of this.#windows) {
        // Ticks are the chart's indexes, also those that are still to come.
        const left = scale.logicalToCoordinate(from as Parameters<typeof scale.logicalToCoordinate>[0]);
        const right = scale.logicalToCoordinate(to as Parameters<typeof scale.logicalToCoordinate>[0]);
        if (left === null || right === null) continue;
        const [x, end] = [left * horizontalPixelRatio, right * horizontalPixelRatio];
        context.fillStyle = style.getPropertyValue(COLOURS[outcome]).trim();
        context.globalAlpha = FILL;
        context.fillRect(x, 0, end - x, bitmapSize.height);
        context.globalAlpha = 1;
        const edge = Math.max(1, Math.round(horizontalPixelRatio));
        for (const at of [x, end - edge]) context.fillRect(at, 0, edge, bitmapSize.height);
      }
    });
  }
}
