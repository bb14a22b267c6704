/** The card that tells where a number comes from: which KPI, and beside what it is shown. */

type Card = { kpi: string; left: number; top: number; bottom: number; pinned: boolean }

export const card = $state<{ shown: Card | null }>({ shown: null })

let timer = 0

function place(kpi: string, beside: Element, pinned: boolean): Card {
  const { left, top, bottom } = beside.getBoundingClientRect()
  return { kpi, left, top, bottom, pinned }
}

/** After a moment, so that a pointer passing by opens nothing. */
export function soon(kpi: string, beside: Element): void {
  clearTimeout(timer)
  if (!card.shown?.pinned) timer = window.setTimeout(() => (card.shown = place(kpi, beside, false)), 350)
}

export function pin(kpi: string, beside: Element): void {
  clearTimeout(timer)
  card.shown = place(kpi, beside, true)
}

/** Time enough to move onto the card. */
export function leave(): void {
  clearTimeout(timer)
  if (!card.shown?.pinned) timer = window.setTimeout(() => (card.shown = null), 250)
}

export function stay(): void {
  clearTimeout(timer)
}

export function close(): void {
  clearTimeout(timer)
  card.shown = null
}
