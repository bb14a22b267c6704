/** The API as the console uses it: one type for each answer, one function for each route. */

export type Named = { label: string; display: string }
export type Reference = { name: string; title: string }
export type Owner = { team: string; title: string }
export type Refusal = { code: string; message: string }
export type VerdictName = 'better' | 'worse' | 'changed' | 'within_noise' | 'not_judged' | 'late' | 'no_data' | 'refused'
export type TargetStatus = 'good' | 'watch' | 'bad'
export type Grade = 'randomised' | 'quasi-experimental' | 'observational' | 'asserted'
export type List<T> = { items: T[]; next: string | null }

export type Me = {
  principal: { name: string; roles: string[]; single_user: boolean }
  workspace: { title: string; zone: string; languages: string[]; lang: string; currency: string | null }
  version: string
  as_of: string
  model: { hash: string; problems: number }
  default_period: { label: string; start: string; end: string; display: string } | null
}

export type Row = {
  kpi: string
  title: string
  owner: string
  owner_title: string
  direction: string
  unit: string
  period: string | null
  period_display: string
  display: string
  completeness: string | null
  refusal: string | null
  target_display: string
  status: TargetStatus | null
  status_text: string
  change: string
  change_note: string | null
  spark: (number | null)[]
  unfinished: string | null
  fresh_until: string | null
  unusual: number
  verdict: VerdictName
  verdict_text: string
  news: boolean
}

export type Scorecard = {
  title: string
  sentence: string
  period: Named | null
  compare: Named
  rows: Row[]
  left_out: string[]
}

export type TreeEdge = {
  kind: 'identity' | 'influence'
  label: string
  lag: string | null
  strength: number | null
  grade: Grade | null
  node: TreeNode
}

export type TreeNode = {
  kpi: string
  title: string
  display: string
  change: string
  status: TargetStatus | null
  status_text: string
  spark: (number | null)[]
  formula: string | null
  again: boolean
  edges: TreeEdge[]
}

export type Tree = { title: string; roots: TreeNode[]; outside: string[]; outside_titles: string[] }

export type Kpi = {
  name: string
  title: string
  short: string
  kind: string
  unit: string
  unit_display: string
  direction: 'up' | 'down' | 'range' | 'none'
  grain: string
  slices: string[]
  owners: { business: Owner | null; it: Owner | null }
  definition: string
  description: string
}

export type Neighbour = {
  kpi: string
  title: string
  kind: 'identity' | 'influence'
  grade: Grade | null
  grade_text: string
  lag: string | null
}

export type WholeKpi = Kpi & {
  calendar: string
  source: Record<string, string>
  made_of: Reference[]
  targets: { slice: Record<string, string>; series: { period: string; display: string }[]; owner: string | null }[]
  place: string
  query: string | null
  terms: Reference[]
  parents: Neighbour[]
  children: Neighbour[]
  services: Reference[]
  journey: Reference | null
}

export type Period = { label: string; grain: string; first_day: string; last_day: string; display: string }

export type Value = {
  kpi: string
  period: Period
  slice: Record<string, string | null>
  value: number | null
  display: string
  refusal: Refusal | null
  completeness: string
  fresh_until: string | null
  rows: number | null
  definition: string
  fingerprint: string
  as_of: string
  compared: { period: string | null; display: string; change_display: string; refusal: Refusal | null } | null
}

export type Values = { kpi: string; title: string; unit: string; query: string; values: Value[] }

export type Verdict = {
  verdict: VerdictName
  word: string
  sentence: string
  period: string | null
  display: string
  change: string
  noise: { low: number; high: number; display: string } | null
  news: boolean
}

export type Tone = 'ink' | 'accent' | 'better' | 'worse' | 'watch' | 'noise' | 'quiet'
export type ChartLabel = {
  x: number
  y: number
  text: string
  tone: Tone
  anchor: 'start' | 'middle' | 'end'
  dx: number
  dy: number
  strong: boolean
}
export type Axis = {
  side: 'left' | 'right' | 'top' | 'bottom'
  domain: [number, number]
  ticks: { at: number; label: string; second: string }[]
  grid: boolean
  note: string
}
export type ChartSeries = {
  name: string
  scenario: 'AC' | 'PY' | 'PL' | 'FC' | 'BM' | 'naive'
  points: [number, number | null][]
  tone: Tone
  ink: 'solid' | 'dashed' | 'dotted' | 'outline' | 'hatched'
  stepped: boolean
  dots: number[]
  unsure: number[]
  labels: ChartLabel[]
}
export type ChartEvent = { at: number; until: number | null; mark: string; text: string; kind: string }
export type Chart = {
  kind: string
  claim: string
  subtitle: string
  source: string
  alt: string
  width: number
  height: number
  frame: { left: number; top: number; width: number; height: number; lane: number }
  axes: Axis[]
  series: ChartSeries[]
  bands: { name: string; points: [number, number, number][]; tone: Tone; strength: number; labels: ChartLabel[] }[]
  labels: ChartLabel[]
  events: ChartEvent[]
  notes: string[]
  table: { columns: string[]; rows: string[][] }
}

export type Cell = string | number | boolean | null
export type Rows = { period: Named; unit: string; columns: string[]; items: Record<string, Cell>[]; next: string | null }

export type Journey = {
  name: string
  title: string
  description: string
  case: string
  steps: { step: string; title: string; events: string[]; ends: boolean }[]
  kpis: Reference[]
}
export type Shown = { value: number | null; display: string }
export type Variant = { path: string[]; titles: string[]; cases: Shown; share: Shown }
export type Flow = {
  name: string
  title: string
  period: Named
  clock: 'working' | 'elapsed'
  clock_display: string
  as_of: string
  figures: { begun: Shown; completed: Shown; open: Shown; p50: Shown; p90: Shown; late_now: Shown }
  ends: Variant[]
  steps: {
    step: string
    title: string
    cases: Shown
    median: Shown
    p90: Shown
    late_now: Shown
    service: Reference | null
  }[]
  links: { start: string; end: string; cases: Shown; median: Shown; waiting: Shown; waiting_share: Shown }[]
  variants: Variant[]
  late_rule: Reference | null
}
export type LateCase = {
  case: string
  step: string
  step_title: string
  since: string
  age: Shown
  owner: Owner | null
  traces: string[]
}
export type Late = { rule: Reference | null; total: number; items: LateCase[]; next: string | null }
export type Case = { journey: string; case: string; happenings: Record<string, Cell>[] }

export type Term = {
  name: string
  title: string
  titles: Record<string, string>
  definition: string
  definitions: Record<string, string>
  synonyms: string[]
  unlike: Reference[]
  means: { kind: string; name: string; title: string }[]
  owner: Owner | null
  agreed_by: Owner[]
  approved: boolean
  open_with: Owner[]
}
export type Hit = { kind: string; id: string; title: string; hint: string; href: string }

export type Source = {
  source: string
  title: string
  kind: string
  rows: number
  first: string | null
  last: string | null
  loaded_at: string | null
  late_since: string | null
  quarantined: number
}
export type Coverage = {
  rows: number
  mapped: number
  operations: { table: string; service: string | null; operation: string | null; rows: number; mapped: number }[]
  events: { event: string; rows: number; missing: Record<string, number>; last: string | null }[]
}
export type QuarantinedRow = {
  source: string
  delivery: string
  row: number
  field: string | null
  code: string
  message: string
}
export type Quarantine = {
  total: number
  by_reason: { source: string; code: string; rows: number }[]
  items: QuarantinedRow[]
  next: string | null
}
export type Intake = {
  ready: boolean
  reasons: string[]
  trouble: string | null
  damage: string[]
  lag_seconds: number
  queue_rows: number
  senders: { sender: string; signal: string; accepted: number; duplicate: number; rejected: number }[]
}
export type ModelCheck = {
  ok: boolean
  problems: { code: string; message: string; file: string | null; line: number | null; hint: string | null }[]
  counts: Record<string, number>
}

/** What the reader looks at: the four fields of the global bar, and the language. */
export type View = { scope: string[]; period: string; compare: string; asOf: string; lang: string }

export const BASE = '/api/v1'

type Query = Record<string, string | string[] | undefined>

function url(path: string, query: Query): string {
  const found = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    for (const one of [value ?? []].flat()) if (one) found.append(name, one)
  const text = found.toString()
  return BASE + path + (text ? `?${text}` : '')
}

const part = encodeURIComponent
const moment = ({ lang, asOf: as_of, scope, period }: View): Query => ({ lang, as_of, scope, period })

/** Addresses; an answer's type goes with its address (`Ask<Tree>`). */
export type Ask<T> = string & { readonly answer?: T }

export const ask = {
  me: (v: View): Ask<Me> => url('/me', { lang: v.lang }),
  scorecard: (v: View): Ask<Scorecard> => url('/scorecard', { ...moment(v), compare: v.compare }),
  tree: (v: View): Ask<Tree> => url('/tree', moment(v)),
  kpis: (v: View): Ask<List<Kpi>> => url('/kpis', { lang: v.lang, limit: '1000' }),
  kpi: (v: View, kpi: string): Ask<WholeKpi> => url(`/kpis/${part(kpi)}`, { lang: v.lang }),
  verdict: (v: View, kpi: string): Ask<Verdict> => url(`/kpis/${part(kpi)}/verdict`, moment(v)),
  chart: (v: View, kpi: string): Ask<Chart> =>
    url(`/kpis/${part(kpi)}/chart`, { ...moment(v), compare: v.compare }),
  values: (v: View, kpi: string, more: Query): Ask<Values> =>
    url(`/kpis/${part(kpi)}/values`, { ...moment(v), compare: v.compare, ...more }),
  rows: (v: View, kpi: string, cursor: string): Ask<Rows> =>
    url(`/kpis/${part(kpi)}/rows`, { lang: v.lang, period: v.period, scope: v.scope, limit: '25', cursor }),
  export: (v: View, kpi: string, ending: 'csv' | 'svg' | 'json'): string =>
    url(`/kpis/${part(kpi)}/export.${ending}`, { ...moment(v), compare: v.compare }),
  journeys: (v: View): Ask<List<Journey>> => url('/journeys', { lang: v.lang }),
  journey: (v: View, journey: string): Ask<Flow> =>
    url(`/journeys/${part(journey)}`, { lang: v.lang, period: v.period, as_of: v.asOf }),
  late: (v: View, journey: string, cursor: string): Ask<Late> =>
    url(`/journeys/${part(journey)}/late`, { lang: v.lang, as_of: v.asOf, limit: '25', cursor }),
  case: (v: View, journey: string, one: string): Ask<Case> =>
    url(`/journeys/${part(journey)}/cases/${part(one)}`, { lang: v.lang }),
  terms: (v: View): Ask<List<Term>> => url('/terms', { lang: v.lang, limit: '1000' }),
  term: (v: View, term: string): Ask<Term> => url(`/terms/${part(term)}`, { lang: v.lang }),
  search: (v: View, q: string): Ask<List<Hit>> => url('/search', { lang: v.lang, q }),
  sources: (v: View): Ask<List<Source>> => url('/sources', { lang: v.lang, limit: '1000' }),
  coverage: (): Ask<Coverage> => url('/mapping/coverage', {}),
  quarantine: (cursor: string): Ask<Quarantine> => url('/quarantine', { limit: '25', cursor }),
  intake: (): Ask<Intake> => url('/intake', {}),
  check: (): Ask<ModelCheck> => url('/model/check', {}),
}

/** Why something was not answered: a stable code, a sentence, and what to do. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly hint: string,
  ) {
    super(message)
  }
}

/** Gets an answer, or throws `Refused`. */
export async function get<T>(address: Ask<T>, signal?: AbortSignal): Promise<T> {
  const answer = await fetch(address, { signal, headers: { Accept: 'application/json' } })
  if (answer.ok) return (await answer.json()) as T
  const told = answer.headers.get('content-type')?.includes('json') ? await answer.json() : {}
  throw new Refused(told.code ?? `http-${answer.status}`, told.detail ?? told.title ?? answer.statusText, told.hint ?? '')
}
