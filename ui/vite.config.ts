import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig, type Plugin } from 'vite'
import { fingerprint } from './scripts/sources.js'

/** Leaves beside the build what it was made from, so that a stale one is noticed without node. */
const told: Plugin = {
  name: 'told',
  generateBundle() {
    const source = JSON.stringify({ sources: fingerprint(import.meta.dirname) }) + '\n'
    this.emitFile({ type: 'asset', fileName: 'build.json', source })
  },
}

export default defineConfig({
  plugins: [svelte(), told],
  build: {
    outDir: '../src/bizops/server/console',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8321' } },
})
