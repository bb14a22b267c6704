/** What is looked at, how it is shown, and in which language: the address first, then what this browser remembers. */
import type { View } from '../api'
import { address, change } from './address.svelte'

export type Theme = 'system' | 'light' | 'dark'
export const THEMES: Theme[] = ['system', 'light', 'dark']
export const LANGUAGES = ['en', 'de'] as const
export type Language = (typeof LANGUAGES)[number]

const remembered = $state({
  lang: localStorage.getItem('bizops.lang') ?? '',
  theme: localStorage.getItem('bizops.theme') ?? 'system',
  workspace: '',
})

const one = <T extends string>(found: string | null, known: readonly T[]): T | undefined =>
  known.find((each) => each === found)

export function language(): Language {
  const told = [address.query.get('lang'), remembered.lang, remembered.workspace]
  return told.map((each) => one(each, LANGUAGES)).find(Boolean) ?? 'en'
}

export function theme(): Theme {
  return one(address.query.get('theme'), THEMES) ?? one(remembered.theme, THEMES) ?? 'system'
}

export function speak(lang: Language): void {
  localStorage.setItem('bizops.lang', (remembered.lang = lang))
  if (address.query.has('lang')) change({ lang: null }, true)
}

export function paint(chosen: Theme): void {
  localStorage.setItem('bizops.theme', (remembered.theme = chosen))
  if (address.query.has('theme')) change({ theme: null }, true)
}

/** The language of the workspace counts where the reader has not chosen one. */
export function workspaceSpeaks(lang: string): void {
  remembered.workspace = lang
}

export function view(): View {
  const query = address.query
  return {
    scope: query.getAll('scope'),
    period: query.get('period') ?? '',
    compare: query.get('compare') ?? 'previous',
    asOf: query.get('as_of') ?? '',
    lang: language(),
  }
}
