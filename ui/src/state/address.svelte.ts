/** The address bar: where the reader is and what is shown. All state worth sharing lives here. */
import { tick } from 'svelte'

type Place = { path: string; query: URLSearchParams }

const read = (): Place => ({ path: location.pathname, query: new URLSearchParams(location.search) })

export const address = $state<Place>(read())

/** Kept from page to page: they say what is looked at, not where. */
const KEPT = ['scope', 'period', 'compare', 'as_of', 'lang', 'theme']

/** A path with the view that is set now; `own` belongs to that page alone. */
export function to(path: string, own: Record<string, string> = {}): string {
  const query = new URLSearchParams()
  for (const name of KEPT) for (const value of address.query.getAll(name)) query.append(name, value)
  for (const [name, value] of Object.entries(own)) if (value) query.set(name, value)
  const text = query.toString()
  return path + (text ? `?${text}` : '')
}

export function go(href: string, replace = false): void {
  history.replaceState({ scroll: scrollY }, '')
  if (replace) history.replaceState({}, '', href)
  else history.pushState({}, '', href)
  const stays = new URL(href, location.href).pathname === address.path
  Object.assign(address, read())
  if (!stays) scrollTo(0, 0)
}

/** Changes parameters of this page; null or '' takes one out. */
export function change(parameters: Record<string, string | string[] | null>, replace = false): void {
  const query = new URLSearchParams(address.query)
  for (const [name, value] of Object.entries(parameters)) {
    query.delete(name)
    for (const one of [value ?? []].flat()) if (one) query.append(name, one)
  }
  const text = query.toString()
  go(address.path + (text ? `?${text}` : ''), replace)
}

function followed(event: MouseEvent): void {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  const link = (event.target as Element).closest?.('a')
  if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return
  if (link.pathname.startsWith('/api/') || link.pathname === '/plain' || link.getAttribute('href')?.startsWith('#')) return
  event.preventDefault()
  go(link.pathname + link.search)
}

/** Links become steps without a page load; Back returns to the same scroll. */
export function listen(): void {
  history.scrollRestoration = 'manual'
  addEventListener('click', followed)
  addEventListener('popstate', (event) => {
    Object.assign(address, read())
    void tick().then(() => requestAnimationFrame(() => scrollTo(0, event.state?.scroll ?? 0)))
  })
}
