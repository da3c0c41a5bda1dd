// Whether the server is well, in its own words, and how this page is connected to it.

import { For, Show, createSignal, onCleanup } from 'solid-js'
import { useHouse } from '../app/house'
import { may } from '../app/session'
import { copy, tell } from '../app/ui'
import { wordsOf } from '../api/client'
import type { Ready } from '../api/types'
import { CopyLine } from '../parts/CopyLine'
import { View } from '../parts/View'
import { count, grouped } from '../words/count'
import { ago } from '../words/span'

const LOOK_MS = 3_000

export function Health() {
  const house = useHouse()
  const [ready, setReady] = createSignal<Ready | undefined>(undefined)
  const [wrong, setWrong] = createSignal<string | undefined>(undefined)
  const look = async () => {
    try {
      setReady((await (await fetch('/readyz', { cache: 'no-store' })).json()) as Ready)
      setWrong(undefined)
    } catch {
      setWrong('no answer from the server')
    }
  }
  void look()
  const timer = setInterval(() => void look(), LOOK_MS)
  onCleanup(() => clearInterval(timer))
  return (
    <View title="Health" says="What the server says of itself, read every three seconds." wrong={wrong()}>
      <Show when={ready()}>
        {(ready) => (
          <ul class="cards">
            <Card good={ready().ready} title={ready().ready ? 'Ready' : 'Not ready'} says={(ready().because ?? []).join('; ') || 'All is well.'} />
            <Card
              good={ready().writable}
              title="Journal"
              says={ready().writable ? `It took the last record. It is at #${grouped(ready().head)}.` : 'It does not take records: nothing can be accepted.'}
            />
            <Card
              good={ready().caught_up}
              title="Fold"
              says={ready().caught_up ? 'It has read all of the journal.' : `It has read up to #${grouped(ready().seq)} of ${grouped(ready().head)}.`}
            />
            <Card good={ready().led} title="Agent" says={ready().led ? 'One leads the cluster.' : 'None leads the cluster: nothing is sent to BMCs.'} />
            <Card
              good={house.state().is === 'live'}
              title="This page"
              says={`${house.state().is === 'live' ? 'Live' : house.state().is}; the last word from the server came ${ago(house.silence())}. ${count(house.fleet.size, 'node')}.`}
            />
          </ul>
        )}
      </Show>
      <Inventory />
      <Probes />
    </View>
  )
}

function Card(props: { good: boolean; title: string; says: string }) {
  return (
    <li class="card" data-good={props.good}>
      <p class="card-title">
        <span class="sign" aria-hidden="true">
          {props.good ? '✓' : '✕'}
        </span>{' '}
        {props.title}
      </p>
      <p>{props.says}</p>
    </li>
  )
}

function Inventory() {
  const house = useHouse()
  const allowed = () => may(house.me.role, 'admin')
  const reload = async () => {
    if (!allowed()) return tell('Only admins have the inventory read again.')
    try {
      const { changed } = await house.client.post<{ changed: string }>('/api/v1/inventory/reload', undefined)
      tell(`The inventory was read again: ${changed}`)
    } catch (error) {
      tell(wordsOf(error))
    }
  }
  return (
    <p>
      <button class="button" type="button" aria-disabled={!allowed()} onClick={() => void reload()}>
        Read the inventory again
      </button>
      <button class="quiet" type="button" onClick={() => void copy(`curl -X POST -H "authorization: Bearer $LASTWORD_TOKEN" ${location.origin}/api/v1/inventory/reload`)}>
        Copy CLI
      </button>
    </p>
  )
}

/** For those who watch from outside. */
function Probes() {
  return (
    <For each={['/readyz', '/healthz', '/metrics']}>{(path) => <CopyLine line={`curl ${location.origin}${path}`} label={`Ask ${path}`} />}</For>
  )
}
