/** Where the steps of a journey and the ways between them stand: steps in their order, the ends below each other. */
import type { Flow } from '../api'

export const STEP = { width: 156, height: 88 }
const LEAST_GAP = 84
const MOST_GAP = 220
const BETWEEN = 18
const ARC = 34
const THICKEST = 18

export type PlacedStep = { step: Flow['steps'][number]; x: number; y: number }
export type PlacedLink = { link: Flow['links'][number]; d: string; width: number; x: number; y: number; back: boolean }
export type PlacedFlow = { steps: PlacedStep[]; links: PlacedLink[]; width: number; height: number }

/** The column of each step; steps that nothing leaves are where cases end, and share the last one. */
function columns(flow: Flow): Flow['steps'][] {
  const goesOn = new Set(flow.links.filter((link) => link.start !== link.end).map((link) => link.start))
  const ends = flow.steps.filter((step) => !goesOn.has(step.step))
  return [...flow.steps.filter((step) => goesOn.has(step.step)).map((step) => [step]), ends].filter((one) => one.length)
}

export function placed(flow: Flow, room: number): PlacedFlow {
  const shelves = columns(flow)
  const gaps = Math.max(shelves.length - 1, 1)
  const gap = Math.max(LEAST_GAP, Math.min(MOST_GAP, (room - shelves.length * STEP.width - 24) / gaps))
  const column = new Map(shelves.flatMap((shelf, at) => shelf.map((step) => [step.step, at] as const)))
  const jump = (link: Flow['links'][number]): number => column.get(link.end)! - column.get(link.start)!
  const above = Math.max(0, ...flow.links.map(jump).filter((by) => by > 1)) * ARC
  const below = flow.links.some((link) => jump(link) < 1) ? 2 * ARC : 0
  const top = 12 + above
  const steps = shelves.flatMap((shelf, at) =>
    shelf.map((step, row) => ({ step, x: 12 + at * (STEP.width + gap), y: top + row * (STEP.height + BETWEEN) })),
  )
  const at = new Map(steps.map((one) => [one.step.step, one]))
  const most = Math.max(...flow.links.map((link) => link.cases.value ?? 0), 1)
  const tallest = Math.max(...shelves.map((shelf) => shelf.length))
  return {
    steps,
    links: flow.links.map((link) => way(link, at.get(link.start)!, at.get(link.end)!, jump(link), most)),
    width: 24 + shelves.length * STEP.width + (shelves.length - 1) * gap,
    height: top + tallest * (STEP.height + BETWEEN) + below,
  }
}

function way(link: Flow['links'][number], from: PlacedStep, to: PlacedStep, by: number, most: number): PlacedLink {
  const width = Math.max(1.5, ((link.cases.value ?? 0) / most) * THICKEST)
  if (by === 1) {
    const [x, y, goal, level] = [from.x + STEP.width, from.y + STEP.height / 2, to.x, to.y + STEP.height / 2]
    const middle = (x + goal) / 2
    const d = `M${x} ${y}C${middle} ${y} ${middle} ${level} ${goal} ${level}`
    return { link, d, width, x: x + (goal - x) * 0.62, y: y + (level - y) * 0.7, back: false }
  }
  const back = by < 1
  const edge = back ? from.y + STEP.height : from.y
  const reach = back ? edge + 2 * ARC : edge - by * ARC
  const [left, right] = [from.x + STEP.width * 0.7, to.x + STEP.width * 0.3]
  const goal = back ? to.y + STEP.height : to.y
  const d = `M${left} ${edge}C${left} ${reach} ${right} ${reach} ${right} ${goal}`
  return { link, d, width, x: (left + right) / 2, y: edge + (reach - edge) * 0.75, back }
}
