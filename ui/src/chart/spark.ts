/** Sparklines: a path through the last values, as large as the place there is. */

export type Point = readonly [number, number]

/** Lines between values that stand beside each other; a gap stays a gap. */
export function path(values: readonly (number | null)[], width: number, height: number): { d: string; end: Point | null } {
  const told = values.filter((value): value is number => value !== null)
  const low = Math.min(...told)
  const range = Math.max(...told) - low || 1
  const across = width / Math.max(values.length - 1, 1)
  let d = ''
  let end: Point | null = null
  let pen = 'M'
  values.forEach((value, at) => {
    if (value === null) {
      pen = 'M'
      return
    }
    const point = [round(at * across), round(height - ((value - low) / range) * height)] as const
    d += `${pen}${point[0]} ${point[1]}`
    pen = 'L'
    end = at === values.length - 1 ? point : null
  })
  return { d, end }
}

const round = (x: number): number => Math.round(x * 10) / 10
