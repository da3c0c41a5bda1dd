// Who asked that which nodes be left alone, and until when.

import { For, Show, createMemo } from 'solid-js'
import { createDocument } from '../app/asked'
import { useHouse } from '../app/house'
import { follow, hrefOf } from '../app/route'
import { may } from '../app/session'
import { copy, tell } from '../app/ui'
import { freshKey, wordsOf } from '../api/client'
import type { Hold } from '../api/types'
import { releaseLine } from '../act/cli'
import { VIEWER_WORDS } from '../parts/Actions'
import { View } from '../parts/View'
import { count } from '../words/count'
import { age, dateTime } from '../words/span'

export function Holds() {
  const house = useHouse()
  const news = createMemo(() => house.log.newest().find(({ event }) => event.kind === 'hold')?.number)
  const document = createDocument(house, () => house.client.get<{ holds: Hold[] }>('/api/v1/holds'), news, 15_000)
  return (
    <View
      title="Holds"
      says="While somebody holds a node, nobody else’s command is accepted for it. A fencing agent’s off stays off."
      wrong={document.wrong()}
    >
      <ul class="cards">
        <For each={document.read()?.holds ?? []}>{(hold) => <Card hold={hold} again={document.again} />}</For>
      </ul>
      <Show when={document.read()?.holds.length === 0}>
        <p class="empty">Nobody holds anything. Choose nodes in the fleet and press h to hold them.</p>
      </Show>
    </View>
  )
}

function Card(props: { hold: Hold; again: () => void }) {
  const house = useHouse()
  const { hold } = props
  const mine = () => hold.by === house.me.you
  const why = () => {
    if (mine()) return may(house.me.role, 'operator') ? undefined : VIEWER_WORDS
    return may(house.me.role, 'admin') ? undefined : `Only ${hold.by} and admins can end it.`
  }
  const release = async () => {
    const because = why()
    if (because) return tell(because)
    try {
      await house.client.change('/api/v1/holds/release', { nodes: hold.nodes, break: !mine() }, freshKey())
      props.again()
    } catch (error) {
      tell(wordsOf(error))
    }
  }
  return (
    <li class="card">
      <p class="card-title" onClick={follow}>
        <a class="mono clip" href={hrefOf('fleet', { q: hold.nodes })} title={hold.nodes}>
          {hold.nodes}
        </a>{' '}
        <span class="faint">{count(hold.count, 'node')}</span>
      </p>
      <p class="quote">{hold.reason}</p>
      <p class="faint">
        {hold.by} through {hold.door}, since {dateTime(hold.since_at_ms)}; for {age(Math.max(0, hold.until_at_ms - house.now()))} more
      </p>
      <p class="card-tools">
        <button class="button" type="button" aria-disabled={why() !== undefined} title={why()} onClick={() => void release()}>
          {mine() ? 'Release' : 'Break'}
        </button>
        <button class="quiet" type="button" onClick={() => void copy(releaseLine(hold.nodes, !mine()))}>
          Copy CLI
        </button>
      </p>
    </li>
  )
}
