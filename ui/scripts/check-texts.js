// Both languages say the same things: same keys, same placeholders, nothing empty.
import { readFileSync } from 'node:fs'

const read = (lang) => JSON.parse(readFileSync(new URL(`../src/texts/${lang}.json`, import.meta.url), 'utf8'))
const holes = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort().join()
const [en, de] = [read('en'), read('de')]
const wrong = []
for (const key of new Set([...Object.keys(en), ...Object.keys(de)])) {
  if (!en[key] || !de[key]) wrong.push(`${key}: missing in ${en[key] ? 'de' : 'en'}`)
  else if (holes(en[key]) !== holes(de[key])) wrong.push(`${key}: other placeholders`)
}
if (wrong.length) {
  console.error(wrong.join('\n'))
  process.exit(1)
}
