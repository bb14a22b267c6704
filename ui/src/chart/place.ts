/** From the places of a resolved chart to pixels: nothing is decided here, only put where it belongs. */
import type { Chart, ChartLabel, ChartSeries } from '../api'

export type Frame = { left: number; top: number; width: number; height: number; lane: number }

/** How far below each other two lines of text must stand. */
const LINE = 14

/** Labels beside the plot, moved apart where they would lie on each other; the order stays. */
export function apart(labels: readonly ChartLabel[], place: Place): { label: ChartLabel; x: number; y: number }[] {
  const placed = labels.map((label) => ({ label, x: place.x(label.x) + label.dx, y: place.y(label.y) + label.dy + 4 }))
  placed.sort((a, b) => a.y - b.y)
  placed.forEach((one, at) => {
    const above = placed[at - 1]
    if (above && Math.abs(above.x - one.x) < 40) one.y = Math.max(one.y, above.y + LINE)
  })
  return placed
}

export class Place {
  readonly #across: [number, number]
  readonly #upright: [number, number]

  constructor(
    chart: Chart,
    readonly frame: Frame,
  ) {
    const domain = (...sides: string[]): [number, number] =>
      chart.axes.find((axis) => sides.includes(axis.side))?.domain ?? [0, 1]
    this.#across = domain('bottom', 'top')
    this.#upright = domain('left', 'right')
  }

  x(at: number): number {
    const [low, high] = this.#across
    return this.frame.left + (this.frame.width * (at - low)) / (high - low)
  }

  y(at: number): number {
    const [low, high] = this.#upright
    return this.frame.top + this.frame.height * (1 - (at - low) / (high - low))
  }

  /** A place, or the end of the plot that lies nearest. */
  within(at: number): number {
    return Math.min(Math.max(at, this.#across[0]), this.#across[1])
  }

  band(points: [number, number, number][]): string {
    const first = points[0]
    const last = points.at(-1)
    if (!first || !last) return ''
    const wide = [[first[0] - 0.5, first[1], first[2]], ...points, [last[0] + 0.5, last[1], last[2]]] as typeof points
    const upper = wide.map(([at, , high]) => `${this.x(this.within(at))} ${this.y(high)}`)
    const lower = wide.toReversed().map(([at, low]) => `${this.x(this.within(at))} ${this.y(low)}`)
    return `M${[...upper, ...lower].join('L')}Z`
  }

  /** The path of what is certain, and of what is not complete. */
  lines(series: ChartSeries): { sure: string; unsure: string } {
    if (series.stepped) return { sure: this.#steps(series), unsure: '' }
    let sure = ''
    let unsure = ''
    series.points.forEach(([x, y], at) => {
      const [before, value] = series.points[at - 1] ?? [0, null]
      if (y === null || value === null) return
      const piece = `M${this.x(before)} ${this.y(value)}L${this.x(x)} ${this.y(y)}`
      if (series.unsure.includes(at) || series.unsure.includes(at - 1)) unsure += piece
      else sure += piece
    })
    return { sure, unsure }
  }

  #steps(series: ChartSeries): string {
    let d = ''
    let up = true
    for (const [x, y] of series.points) {
      if (y !== null) {
        const [from, until] = [this.x(this.within(x - 0.5)), this.x(this.within(x + 0.5))]
        d += up ? `M${from} ${this.y(y)}H${until}` : `V${this.y(y)}H${until}`
      }
      up = y === null
    }
    return d
  }
}
