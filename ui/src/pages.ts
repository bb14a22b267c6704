/** Which path shows which page. */
import type { Component } from 'svelte'
import type { Key } from './texts'
import Admin from './admin/Admin.svelte'
import Glossary from './glossary/Glossary.svelte'
import TermPage from './glossary/TermPage.svelte'
import CasePage from './journeys/CasePage.svelte'
import JourneyPage from './journeys/JourneyPage.svelte'
import Journeys from './journeys/Journeys.svelte'
import KpiPage from './kpi/KpiPage.svelte'
import Loop from './loop/Loop.svelte'
import Missing from './parts/Missing.svelte'
import Scorecard from './scorecard/Scorecard.svelte'
import TreePage from './tree/TreePage.svelte'

type Parameters = Record<string, string>
export type Page = { id: string; title: Key; view: Component<Parameters>; parameters: Parameters; global: boolean }

type Route = { path: RegExp; id: string; title: Key; view: unknown; global: boolean }

const ROUTES: Route[] = [
  { path: /^\/$/, id: 'loop', title: 'page.loop', view: Loop, global: true },
  { path: /^\/tree$/, id: 'tree', title: 'page.tree', view: TreePage, global: true },
  { path: /^\/scorecard$/, id: 'scorecard', title: 'page.scorecard', view: Scorecard, global: true },
  { path: /^\/team\/(?<team>[^/]+)$/, id: 'scorecard', title: 'page.scorecard', view: Scorecard, global: true },
  { path: /^\/kpi\/(?<kpi>[^/]+)$/, id: 'kpi', title: 'page.kpi', view: KpiPage, global: true },
  { path: /^\/journeys$/, id: 'journeys', title: 'page.journeys', view: Journeys, global: true },
  { path: /^\/journey\/(?<journey>[^/]+)$/, id: 'journeys', title: 'page.journeys', view: JourneyPage, global: true },
  {
    path: /^\/journey\/(?<journey>[^/]+)\/case\/(?<one>.+)$/,
    id: 'journeys',
    title: 'page.journeys',
    view: CasePage,
    global: false,
  },
  { path: /^\/glossary$/, id: 'glossary', title: 'page.glossary', view: Glossary, global: false },
  { path: /^\/term\/(?<term>[^/]+)$/, id: 'glossary', title: 'page.glossary', view: TermPage, global: false },
  { path: /^\/admin$/, id: 'admin', title: 'page.admin', view: Admin, global: false },
]

const missing: Route = { path: /^/, id: 'missing', title: 'page.missing', view: Missing, global: false }

export function found(path: string): Page {
  const route = ROUTES.find((each) => each.path.test(path)) ?? missing
  const groups = route.path.exec(path)?.groups ?? {}
  const parameters = Object.fromEntries(Object.entries(groups).map(([name, text]) => [name, decodeURIComponent(text)]))
  return { id: route.id, title: route.title, view: route.view as Component<Parameters>, parameters, global: route.global }
}
