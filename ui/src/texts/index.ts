/** The console's own words in both languages; words of the business come from the API. */
import { language } from '../state/view.svelte'
import de from './de.json'
import en from './en.json'

export type Key = keyof typeof en

const texts: Record<string, Record<Key, string>> = { en, de }

/** A text with its placeholders filled: `t('late.since', { day: '2026-06-30' })`. */
export function t(key: Key, filled: Record<string, string | number> = {}): string {
  const text = texts[language()]?.[key] ?? en[key]
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(filled[name] ?? ''))
}

/** One or many: `n('tree.quiet', 3)` reads `tree.quiet.many`. */
export function n(key: string, count: number, filled: Record<string, string | number> = {}): string {
  return t(`${key}.${count === 1 ? 'one' : 'many'}` as Key, { count, ...filled })
}
