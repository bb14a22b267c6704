/** Instants as people and logs read them alike: `2026-06-30 17:44`, in the zone of the workspace. */

let zone: string | undefined

/** The zone is told once; it also stands in the corner of every page. */
export function tickIn(name: string): void {
  zone = name
}

export function instant(iso: string): string {
  // Swedish writes ISO 8601 with a space: the one form that is the same in all our languages.
  return new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short', timeZone: zone }).format(new Date(iso))
}
