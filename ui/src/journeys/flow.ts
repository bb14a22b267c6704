/** Where the steps of a journey and the ways between them stand: steps in their order, skipped ones bridged by arcs. */
import type { Flow } from '../api'

export const STEP = { width: 148, height: 92 }
const GAP = 92
const ARC = 34

export type PlacedLink = { link: Flow['links'][number]; d: string; width: number; x: number; y: number; back: boolean }
export type PlacedFlow = { steps: { step: Flow['steps'][number]; x: number; y: number }[]; links: PlacedLink[]; width: number; height: number }

export function placed(flow: Flow, room: number): PlacedFlow {
  const order = new Map(flow.steps.map((step, at) => [step.step, at]))
  const gap = Math.max(GAP, Math.min(180, (room - flow.steps.length * STEP.width - 24) / Math.max(flow.steps.length - 1, 1)))
  const x = (at: number): number => 12 + at * (STEP.width + gap)
  const jumps = flow.links.map((link) => order.get(link.end)! - order.get(link.start)!)
  const above = Math.max(0, ...jumps.filter((by) => by > 1)) * ARC
  const below = Math.max(0, ...jumps.filter((by) => by < 1).map((by) => 1 - by)) * ARC
  const top = 16 + above
  const middle = top + STEP.height / 2
  const most = Math.max(...flow.links.map((link) => link.cases.value ?? 0), 1)
  const links = flow.links.map((link, at): PlacedLink => {
    const by = jumps[at]!
    const [from, to] = [order.get(link.start)!, order.get(link.end)!]
    const width = Math.max(1.5, ((link.cases.value ?? 0) / most) * 18)
    if (by === 1) {
      const [left, right] = [x(from) + STEP.width, x(to)]
      return { link, d: `M${left} ${middle}H${right}`, width, x: (left + right) / 2, y: middle, back: false }
    }
    const back = by < 1
    const edge = back ? top + STEP.height : top
    const reach = back ? edge + ARC * (1 - by) : edge - ARC * by
    const [left, right] = [x(from) + STEP.width * (back ? 0.6 : 0.75), x(to) + STEP.width * (back ? 0.4 : 0.25)]
    const d = `M${left} ${edge}C${left} ${reach} ${right} ${reach} ${right} ${edge}`
    return { link, d, width, x: (left + right) / 2, y: edge + (reach - edge) * 0.75, back }
  })
  const steps = flow.steps.map((step, at) => ({ step, x: x(at), y: top }))
  return { steps, links, width: x(flow.steps.length - 1) + STEP.width + 12, height: top + STEP.height + below + 20 }
}
