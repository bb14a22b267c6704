/** The KPI tree as the screens draw it: each KPI once, placed below its first parent; further parents are cross links. */
import type { Grade, Row, Tree, TreeEdge, TreeNode, VerdictName } from '../api'

export type Item = {
  kpi: string
  title: string
  display: string
  change: string
  verdict: VerdictName
  verdict_text: string
  news: boolean
  spark: (number | null)[]
  formula: string | null
  owner: string
  depth: number
  parent: Item | null
  link: TreeEdge | null
  children: Item[]
}

export type Cross = { from: string; to: string; link: TreeEdge }
export type Forest = { roots: Item[]; all: Item[]; byKpi: Map<string, Item>; crosses: Cross[] }

/** How sure a link is, as the style of its line; arithmetic is none of the grades. */
export type Style = Grade | 'identity'
export const STYLES: Style[] = ['randomised', 'quasi-experimental', 'observational', 'asserted', 'identity']
export const styleOf = (link: TreeEdge): Style => (link.kind === 'identity' ? 'identity' : (link.grade ?? 'asserted'))

/** The forest; a KPI that is met again hangs where its own drivers are drawn, or where it was met first. */
export function forest(tree: Tree, rows: readonly Row[]): Forest {
  const told = new Map(rows.map((row) => [row.kpi, row]))
  const byKpi = new Map<string, Item>()
  const crosses: Cross[] = []

  function item(node: TreeNode, parent: Item | null, link: TreeEdge | null): Item {
    const row = told.get(node.kpi)
    const made: Item = {
      kpi: node.kpi,
      title: node.title,
      display: node.display,
      change: row ? row.change : node.change,
      verdict: row?.verdict ?? 'within_noise',
      verdict_text: row?.verdict_text ?? '',
      news: row?.news ?? false,
      spark: node.spark,
      formula: node.formula,
      owner: row?.owner_title ?? '',
      depth: parent ? parent.depth + 1 : 0,
      parent,
      link,
      children: [],
    }
    byKpi.set(node.kpi, made)
    for (const edge of node.edges) {
      if (edge.node.again || byKpi.has(edge.node.kpi)) crosses.push({ from: node.kpi, to: edge.node.kpi, link: edge })
      else made.children.push(item(edge.node, made, edge))
    }
    return made
  }

  const roots = tree.roots.filter((node) => !byKpi.has(node.kpi)).map((node) => item(node, null, null))
  return { roots, all: [...byKpi.values()], byKpi, crosses }
}

export const below = (item: Item): Item[] => item.children.flatMap((child) => [child, ...below(child)])

export function above(item: Item): Item[] {
  return item.parent ? [item.parent, ...above(item.parent)] : []
}

/** The same forest with only what has a signal, and the way up from there. */
export function signalled(whole: Forest): Forest {
  const kept = new Set(whole.all.filter((item) => item.news).flatMap((item) => [item, ...above(item)]))
  const byKpi = new Map<string, Item>()
  const copy = (item: Item, parent: Item | null): Item => {
    const made: Item = { ...item, parent, children: [] }
    byKpi.set(item.kpi, made)
    made.children = item.children.filter((child) => kept.has(child)).map((child) => copy(child, made))
    return made
  }
  const roots = whole.roots.filter((root) => kept.has(root)).map((root) => copy(root, null))
  const crosses = whole.crosses.filter((cross) => byKpi.has(cross.from) && byKpi.has(cross.to))
  return { roots, all: [...byKpi.values()], byKpi, crosses }
}

export const MOST_NODES = 120

/** What is folded at first: above 120 KPIs those subtrees that are quiet, the deepest first. */
export function quietFolds(whole: Forest): Set<string> {
  const folded = new Set<string>()
  let shown = whole.all.length
  const quiet = whole.all
    .filter((item) => item.children.length && ![item, ...below(item)].some((one) => one.news))
    .toSorted((a, b) => b.depth - a.depth)
  for (const item of quiet) {
    if (shown <= MOST_NODES) break
    const hidden = below(item).filter((one) => !above(one).some((each) => folded.has(each.kpi))).length
    folded.add(item.kpi)
    shown -= hidden
  }
  return folded
}
