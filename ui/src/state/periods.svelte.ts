/** The periods that can be chosen: those that the data have, as the API names and dates them. */
import { ask, type Period } from '../api'
import { change } from './address.svelte'
import { loaded } from './loaded.svelte'
import { view } from './view.svelte'
import { t } from '../texts'

const MOST = '37'
const steps = $state<{ list: Period[]; usual: string }>({ list: [], usual: '' })

/** The newest first; `usual` is the one that is shown where the address names none. */
export function periods(usual: () => string): { readonly list: Period[] } {
  const plain = $derived({ ...view(), period: '', scope: [], compare: 'none' })
  const card = loaded(() => ask.scorecard(plain))
  const kpi = $derived(card.data?.rows.find((row) => row.period === usual())?.kpi)
  const values = loaded(() => (kpi ? ask.values(plain, kpi, { last: MOST }) : null))
  $effect(() => {
    const complete = values.data?.values.filter((value) => value.completeness === 'complete')
    if (complete?.length) steps.list = complete.map((value) => value.period).toReversed()
    steps.usual = usual()
  })
  return {
    get list() {
      return steps.list
    },
  }
}

/** One period on or back: `[` and `]`. */
export function step(by: 1 | -1): void {
  const at = steps.list.findIndex((one) => one.label === (view().period || steps.usual))
  const next = steps.list[at - by]
  if (at >= 0 && next) change({ period: next.label })
}

const dates = (one: Period): string => `${one.display} (${one.first_day} – ${one.last_day})`

/** Both ranges in words, so that nobody has to guess which earlier period is meant. */
export function ranges(list: Period[], label: string, compare: string): string {
  const at = list.findIndex((one) => one.label === label)
  const now = list[at]
  if (!now) return ''
  const year = String(Number(now.first_day.slice(0, 4)) - 1)
  const earlier = (one: Period): boolean => one.first_day === year + now.first_day.slice(4)
  const before = compare === 'year_ago' ? list.find(earlier) : list[at + 1]
  if (compare === 'none' || !before) return dates(now)
  return t('bar.ranges', { now: dates(now), before: dates(before) })
}
