// What happens, as it happens. It can be held still, and narrowed; nothing is lost while it is held still.

import { For, Show, createMemo, createSignal } from 'solid-js'
import { useHouse } from '../app/house'
import { EVENTS_MAX, type Logged } from '../app/log'
import { follow, hrefOf, param, setParams } from '../app/route'
import type { Event } from '../api/types'
import { expandAll, tryParse } from '../nodeset'
import { View } from '../parts/View'
import { count, grouped } from '../words/count'
import { clock } from '../words/span'
import { outcomeWords, phaseWords, verdictPhrase } from '../words/verdict'

const KINDS = ['command', 'verdict', 'outcome', 'status', 'hold', 'observed', 'report', 'inventory'] as const
/** So many lines are in the document at once. */
const LINES = 300

export function Events() {
  const house = useHouse()
  const [paused, setPaused] = createSignal<readonly Logged[] | undefined>(undefined)
  const hidden = () => param('not').split(',')
  const nodes = () => param('q')
  const wanted = createMemo(() => {
    house.inventory()
    const text = nodes()
    if (text === '') return undefined
    const set = tryParse(text, house.fleet.groups(house.groups()))
    return set ? new Set(set.names()) : 'wrong'
  })
  const shown = createMemo(() => {
    const set = wanted()
    const fits = ({ event }: Logged) => !hidden().includes(event.kind) && (!(set instanceof Set) || touches(event, set))
    return (paused() ?? house.log.newest()).filter(fits).slice(0, LINES)
  })
  const missed = () => (paused() ? (house.log.newest()[0]?.number ?? 0) - (paused()![0]?.number ?? 0) : 0)
  const toggle = (kind: string) => {
    const now = hidden().filter((word) => word !== '')
    setParams({ not: (now.includes(kind) ? now.filter((word) => word !== kind) : [...now, kind]).join(',') })
  }
  return (
    <View
      title="Events"
      says={`Since this page was opened, the newest ${grouped(EVENTS_MAX)} at most.`}
      wrong={wanted() === 'wrong' ? 'That is no node set.' : undefined}
      tools={
        <>
          <label class="unseen" for="events-nodes">
            Only of these nodes
          </label>
          <input id="events-nodes" class="mono" type="text" placeholder="only of n[1-3], @group" value={nodes()} onInput={(event) => setParams({ q: event.currentTarget.value })} />
          <button class="button" type="button" aria-pressed={paused() !== undefined} onClick={() => setPaused(paused() ? undefined : house.log.newest())}>
            {paused() ? `Go on (${grouped(missed())} newer)` : 'Pause'}
          </button>
        </>
      }
    >
      <div class="facets" role="group" aria-label="Kinds of events">
        <For each={KINDS}>
          {(kind) => (
            <button class="facet" type="button" aria-pressed={!hidden().includes(kind)} onClick={() => toggle(kind)}>
              {kind}
            </button>
          )}
        </For>
      </div>
      <ol class="events" tabindex="0" aria-label="Events, newest first">
        <For each={shown()}>{(logged) => <Line event={logged.event} />}</For>
      </ol>
      <Show when={shown().length === 0}>
        <p class="empty">Nothing happened yet that fits.</p>
      </Show>
    </View>
  )
}

function touches(event: Event, names: ReadonlySet<string>): boolean {
  return expandAll(event.nodes).some((name) => names.has(name))
}

function Line(props: { event: Event }) {
  const { event } = props
  return (
    <li data-kind={event.kind}>
      <time class="mono faint">{clock(event.at_ms)}</time>
      <span class="kind">{event.kind}</span>
      <span>{eventWords(event)}</span>
      <Show when={event.nodes !== ''} fallback={<span />}>
        <a class="mono clip" href={hrefOf('fleet', { q: event.nodes })} onClick={follow} title={event.nodes}>
          {event.nodes}
        </a>
      </Show>
      <span class="faint nowrap">{event.count > 1 ? count(event.count, 'node') : ''}</span>
    </li>
  )
}

/** What happened, without the nodes. */
export function eventWords(event: Event): string {
  switch (event.kind) {
    case 'command':
      return `${event.by} asks ${event.action} through ${event.door}, #${event.seq}${event.reason ? ` “${event.reason}”` : ''}`
    case 'verdict': {
      const phrase = verdictPhrase({ ...event.verdict, nodes: event.nodes, count: event.count })
      return `#${event.seq}: ${phrase}`
    }
    case 'outcome':
      return `#${event.seq} ${outcomeWords(event)}`
    case 'status':
      return `${event.power}, ${phaseWords(event.phase)}${event.seq ? ` for #${event.seq}` : ''}`
    case 'hold':
      return event.holder ? `${event.holder} holds until ${clock(event.until_at_ms ?? 0)}: ${event.reason ?? ''}` : 'the hold ended'
    case 'observed':
      return `${event.by} saw ${event.power}, told through ${event.door}`
    case 'report':
      return `${event.report.replaceAll('-', ' ')}; the goal was ${event.goal}${event.cause ? `: ${event.cause}` : ''}`
    case 'inventory':
      return `the inventory was read again: ${event.changed}`
    case 'reset':
      return 'events are missing here'
  }
}
