/** The periods that can be chosen: those that the data have, as the API names and dates them. */
import { ask, type Period } from '../api'
import { change } from './address.svelte'
import { loaded } from './loaded.svelte'
import { view } from './view.svelte'
import { t } from '../texts'

const steps = $state<{ list: Period[]; chosen: string }>({ list: [], chosen: '' })

export function periods(): { readonly list: Period[] } {
  const card = loaded(() => ask.scorecard(view()))
  const label = $derived(card.data?.period?.label ?? '')
  const kpi = $derived(card.data?.rows.find((row) => row.period === label)?.kpi)
  const values = loaded(() =>
    kpi ? ask.values({ ...view(), period: '', scope: [], compare: 'none' }, kpi, { last: '37' }) : null,
  )
  $effect(() => {
    const found = values.data?.values.filter((value) => value.completeness === 'complete').map((one) => one.period)
    if (found?.length) steps.list = found.toReversed()
    steps.chosen = label
  })
  return {
    get list() {
      return steps.list
    },
  }
}

/** One period on or back: `[` and `]`. */
export function step(by: 1 | -1): void {
  const at = steps.list.findIndex((one) => one.label === steps.chosen)
  const next = steps.list[at - by]
  if (at >= 0 && next) change({ period: next.label })
}

const dates = (one: Period): string => `${one.display} (${one.first_day} – ${one.last_day})`

/** Both ranges in words, so that nobody has to guess which earlier period is meant. */
export function ranges(list: Period[], label: string, compare: string): string {
  const at = list.findIndex((one) => one.label === label)
  const now = list[at]
  if (!now) return ''
  const before = list[at + (compare === 'year_ago' ? 12 : 1)]
  if (compare === 'none' || !before) return dates(now)
  return t('bar.ranges', { now: dates(now), before: dates(before) })
}
