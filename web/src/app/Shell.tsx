// What is around every view: where one is, who one is, whether the page is live, and the dock of what was pressed.

import { For, Match, Show, Switch, createEffect } from 'solid-js'
import { ActDialog } from '../views/ActDialog'
import { Circuits } from '../views/Circuits'
import { Clusters } from '../views/Clusters'
import { Commands } from '../views/Commands'
import { Events } from '../views/Events'
import { FleetView } from '../views/FleetView'
import { Health } from '../views/Health'
import { Help } from '../views/Help'
import { HoldDialog } from '../views/HoldDialog'
import { Holds } from '../views/Holds'
import { Tokens } from '../views/Tokens'
import { Badge } from '../parts/Badge'
import { Dock } from '../parts/Dock'
import { useHouse } from './house'
import { follow, viewHref, viewName, type ViewName } from './route'
import { signOut } from './session'
import { nextTheme, theme } from './theme'
import { asked, help, holding, notice, setHelp } from './ui'

const LABELS: Record<ViewName, string> = {
  fleet: 'Fleet',
  commands: 'Commands',
  events: 'Events',
  holds: 'Holds',
  clusters: 'Clusters',
  circuits: 'Circuits',
  tokens: 'Tokens',
  health: 'Health',
}

export function Shell() {
  createEffect(() => {
    document.title = viewName() === 'fleet' ? 'lastword' : `${LABELS[viewName()]} · lastword`
  })
  return (
    <div class="shell" classList={{ 'is-old': isOld(useHouse().state().is) }}>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Header />
      <main id="main" tabindex="-1">
        <Switch>
          <Match when={viewName() === 'fleet'}>
            <FleetView />
          </Match>
          <Match when={viewName() === 'commands'}>
            <Commands />
          </Match>
          <Match when={viewName() === 'events'}>
            <Events />
          </Match>
          <Match when={viewName() === 'holds'}>
            <Holds />
          </Match>
          <Match when={viewName() === 'clusters'}>
            <Clusters />
          </Match>
          <Match when={viewName() === 'circuits'}>
            <Circuits />
          </Match>
          <Match when={viewName() === 'tokens'}>
            <Tokens />
          </Match>
          <Match when={viewName() === 'health'}>
            <Health />
          </Match>
        </Switch>
      </main>
      <Dock />
      <p class="notice" role="status" aria-live="polite" classList={{ 'is-empty': notice() === '' }}>
        {notice()}
      </p>
      <Show when={asked()} keyed>
        {(asked) => <ActDialog asked={asked} />}
      </Show>
      <Show when={holding()} keyed>
        {(names) => <HoldDialog names={names} />}
      </Show>
      <Show when={help()}>
        <Help />
      </Show>
    </div>
  )
}

function isOld(state: string): boolean {
  return state === 'silent' || state === 'lost'
}

function Header() {
  const house = useHouse()
  const views = () =>
    (Object.keys(LABELS) as ViewName[]).filter((view) => view !== 'circuits' || house.circuits() !== undefined)
  return (
    <header class="head">
      <a class="mark" href={viewHref('fleet')} onClick={follow} aria-label="lastword, the fleet">
        lastword<span aria-hidden="true">.</span>
      </a>
      <nav class="nav" aria-label="Views" onClick={follow}>
        <For each={views()}>
          {(view) => (
            <a href={viewHref(view)} aria-current={viewName() === view ? 'page' : undefined}>
              {LABELS[view]}
            </a>
          )}
        </For>
      </nav>
      <div class="head-end">
        <Badge />
        <Who />
        <button class="quiet" type="button" onClick={nextTheme} title="Colours: system, light, dark">
          {theme() === 'system' ? 'Auto' : theme() === 'dark' ? 'Dark' : 'Light'}
        </button>
        <button class="quiet" type="button" onClick={() => setHelp(true)} aria-label="Keys and words" title="Keys and words (?)">
          ?
        </button>
      </div>
    </header>
  )
}

function Who() {
  const { me } = useHouse()
  return (
    <details class="who">
      <summary>
        {me.you} <span class="role">{me.role}</span>
      </summary>
      <div class="who-card">
        <p>
          {roleWords[me.role]}
          {me.scope ? ` Only of ${me.scope}.` : ''}
        </p>
        <p class="faint">
          Server {me.version}, cluster {me.cluster}
        </p>
        <button class="button" type="button" onClick={() => signOut()}>
          Sign out
        </button>
      </div>
    </details>
  )
}

const roleWords = {
  viewer: 'A viewer looks at everything and changes nothing.',
  operator: 'An operator commands, withdraws and holds.',
  admin: 'An admin does all, and manages tokens and holds of others.',
} as const
