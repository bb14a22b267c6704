/** One stream tells what changed; what is shown is then asked for again. Closed while nobody looks. */
import { BASE } from '../api'
import { refresh } from './loaded.svelte'

let stream: EventSource | null = null

function follow(): void {
  if (document.hidden) {
    stream?.close()
    stream = null
  } else if (!stream) {
    stream = new EventSource(`${BASE}/events`)
    stream.addEventListener('changed', refresh)
  }
}

export function live(): void {
  document.addEventListener('visibilitychange', () => {
    // Whatever changed while nobody looked is asked for when somebody does again.
    if (!document.hidden) refresh()
    follow()
  })
  follow()
}
