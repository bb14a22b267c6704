/**
 * Where each node of the map stands.
 *
 * Columns are depths. A subtree is packed against the one above it as close as both outlines allow at every depth, so a
 * wide branch and a short one share height. Boxes and gaps take the largest scale at which all of it fits; then each
 * depth, the upper ones first, takes what room is still left to it alone, so that rank shows even beside many leaves.
 */
import type { Item } from './items'

export type Box = { x: number; y: number; width: number; height: number }
export type Layout = { boxes: Map<string, Box>; height: number }

/** Heights by depth, when there is no room and when there is plenty. */
const LEAST = [44, 22, 22, 22]
const MOST = [124, 98, 84, 72]
const LEAST_GAP = 2
const MOST_GAP = 22
/** Space that the tree keeps to its left and right; between columns the edges need room to be seen. */
const EDGE = 4
const GUTTER = 34

type Outline = { top: number[]; bottom: number[] }
type Packed = { item: Item; centre: number; shift: number; children: Packed[]; outline: Outline }

/** From 0 (least) to 1 (most): one for the gaps, one for the boxes of each depth. */
type Scale = { gap: number; box: number[] }

const mix = (least: number, most: number, scale: number): number => least + (most - least) * scale
const heightAt = (depth: number, scale: Scale): number =>
  mix(LEAST[Math.min(depth, 3)]!, MOST[Math.min(depth, 3)]!, scale.box[depth]!)

function pack(item: Item, folded: ReadonlySet<string>, scale: Scale): Packed {
  const children = folded.has(item.kpi) ? [] : item.children.map((child) => pack(child, folded, scale))
  const outline = stack(children, item.depth + 1, scale)
  const [first, last] = [children[0], children.at(-1)]
  const centre = first && last ? (first.shift + first.centre + last.shift + last.centre) / 2 : 0
  const half = heightAt(item.depth, scale) / 2
  outline.top[item.depth] = centre - half
  outline.bottom[item.depth] = centre + half
  return { item, centre, shift: 0, children, outline }
}

/** Shifts each below the ones before it; the outline of all together. */
function stack(packed: Packed[], depth: number, scale: Scale): Outline {
  const gap = mix(LEAST_GAP, MOST_GAP, scale.gap)
  const all: Outline = { top: [], bottom: [] }
  for (const one of packed) {
    let shift = -Infinity
    one.outline.top.forEach((top, at) => {
      const taken = all.bottom[at]
      // Cousins stand a little further apart than brothers, so that families are seen.
      if (taken !== undefined) shift = Math.max(shift, taken + (at === depth ? gap : LEAST_GAP + (gap - LEAST_GAP) * 1.5) - top)
    })
    one.shift = shift === -Infinity ? 0 : shift
    one.outline.top.forEach((top, at) => {
      all.top[at] = Math.min(all.top[at] ?? Infinity, top + one.shift)
      all.bottom[at] = Math.max(all.bottom[at] ?? -Infinity, one.outline.bottom[at]! + one.shift)
    })
  }
  return all
}

/** The largest share at which it still holds, to about a hundredth. */
function largest(holds: (share: number) => boolean): number {
  if (holds(1)) return 1
  let [low, high] = [0, 1]
  for (let round = 0; round < 7; round++) {
    const middle = (low + high) / 2
    if (holds(middle)) low = middle
    else high = middle
  }
  return low
}

export function columnWidth(width: number, depth: number): number {
  return Math.min(Math.max((width - 2 * EDGE - depth * GUTTER) / (depth + 1), 132), 330)
}

export function deepest(roots: readonly Item[], folded: ReadonlySet<string>): number {
  const depth = (item: Item): number =>
    folded.has(item.kpi) ? item.depth : Math.max(item.depth, ...item.children.map(depth))
  return Math.max(0, ...roots.map(depth))
}

/** The places of all nodes that are not folded away, in a field of this width and, where possible, height. */
export function layout(roots: Item[], folded: ReadonlySet<string>, width: number, height: number): Layout {
  const depth = deepest(roots, folded)
  const at = (scale: Scale): { packed: Packed[]; top: number; height: number } => {
    const packed = roots.map((root) => pack(root, folded, scale))
    const outline = stack(packed, 0, scale)
    const top = Math.min(...outline.top.filter(Number.isFinite))
    return { packed, top, height: Math.max(...outline.bottom.filter(Number.isFinite)) - top }
  }
  const alike = (share: number): Scale => ({ gap: share, box: Array<number>(depth + 1).fill(share) })
  let scale = alike(largest((share) => at(alike(share)).height <= height))
  const room = Math.max(height, at(scale).height)
  for (let level = 0; level <= depth; level++) {
    const grown = (share: number): Scale => ({ ...scale, box: scale.box.with(level, share) })
    scale = grown(Math.max(scale.box[level]!, largest((share) => at(grown(share)).height <= room)))
  }
  const fitted = at(scale)
  const column = columnWidth(width, depth)
  const offset = Math.max(0, (height - fitted.height) / 2) - fitted.top
  const boxes = new Map<string, Box>()
  const walk = (packed: Packed, shift: number): void => {
    const here = shift + packed.shift
    const tall = heightAt(packed.item.depth, scale)
    const x = EDGE + packed.item.depth * (column + GUTTER)
    boxes.set(packed.item.kpi, { x, y: here + packed.centre - tall / 2, width: column, height: tall })
    packed.children.forEach((child) => walk(child, here))
  }
  fitted.packed.forEach((packed) => walk(packed, offset))
  return { boxes, height: Math.max(fitted.height, height) }
}

/** A curve from the right side of one box to the left side of another. */
export function curve(from: Box, to: Box): string {
  const [x, y] = [from.x + from.width, from.y + from.height / 2]
  const [goal, level] = [to.x, to.y + to.height / 2]
  const bend = Math.max((goal - x) / 2, 14)
  return `M${x} ${y}C${x + bend} ${y} ${goal - bend} ${level} ${goal} ${level}`
}
