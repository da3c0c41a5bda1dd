// The clusters, and which agent leads each.

import { For, Show } from 'solid-js'
import { createDocument } from '../app/asked'
import { useHouse } from '../app/house'
import type { Cluster } from '../api/types'
import { View } from '../parts/View'
import { count } from '../words/count'

export function Clusters() {
  const house = useHouse()
  const ask = () => house.client.get<{ clusters: Cluster[] }>('/api/v1/clusters')
  const document = createDocument(house, ask, () => undefined, 5_000)
  return (
    <View title="Clusters" says="Of each, the agent that leads it: the one that talks to its BMCs. Without one nothing is sent." wrong={document.wrong()}>
      <ul class="cards">
        <For each={document.read()?.clusters ?? []}>
          {(cluster) => (
            <li class="card" data-good={cluster.agent != null}>
              <p class="card-title">{cluster.cluster}</p>
              <p>
                <Show when={cluster.agent} fallback={<strong class="wrong">No agent leads it.</strong>}>
                  Led by <span class="mono">{cluster.agent}</span>
                  <Show when={cluster.led_seq}>
                    <span class="faint"> since #{cluster.led_seq}</span>
                  </Show>
                </Show>
              </p>
              <p class="faint">{count(cluster.nodes, 'node')}</p>
            </li>
          )}
        </For>
      </ul>
    </View>
  )
}
