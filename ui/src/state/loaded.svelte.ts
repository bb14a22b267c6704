/** Answers of the API as state: what was shown stays until the new answer is there. */
import { get, Refused, type Ask } from '../api'

const kept = new Map<string, unknown>()
const news = $state({ count: 0 })

/** Data or model changed: whatever is shown is asked for again. */
export function refresh(): void {
  kept.clear()
  news.count++
}

export type Loaded<T> = { readonly data: T | null; readonly problem: Refused | null; readonly busy: boolean }

/** Asks for the address that `asked` names, again whenever it changes; null asks for nothing. */
export function loaded<T>(asked: () => Ask<T> | null): Loaded<T> {
  let data = $state.raw<T | null>(null)
  let problem = $state.raw<Refused | null>(null)
  let busy = $state(false)

  $effect(() => {
    const address = asked()
    void news.count
    if (!address) {
      data = problem = null
      return
    }
    if (kept.has(address)) data = kept.get(address) as T
    const control = new AbortController()
    busy = true
    get<T>(address, control.signal)
      .then((found) => {
        kept.set(address, found)
        data = found
        problem = null
        busy = false
      })
      .catch((error: unknown) => {
        if (control.signal.aborted) return
        problem = error instanceof Refused ? error : new Refused('no-answer', String(error), '')
        data = null
        busy = false
      })
    return () => control.abort()
  })

  return {
    get data() {
      return data
    },
    get problem() {
      return problem
    },
    get busy() {
      return busy
    },
  }
}
