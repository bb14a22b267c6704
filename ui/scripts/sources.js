// The fingerprint of everything the build is made from; tests/server/test_console_build.py computes the same in Python.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const LOOSE = ['index.html', 'package-lock.json', 'package.json', 'svelte.config.js', 'tsconfig.json', 'vite.config.ts']

export function fingerprint(root) {
  const below = (folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1).replaceAll('\\', '/'))
  const names = [...LOOSE, ...below('src')].sort((a, b) => (a < b ? -1 : 1))
  const whole = createHash('sha256')
  for (const name of names) {
    const one = createHash('sha256').update(readFileSync(join(root, name))).digest('hex')
    whole.update(`${name} ${one}\n`)
  }
  return whole.digest('hex')
}
