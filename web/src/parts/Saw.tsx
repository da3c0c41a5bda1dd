// For a node that only people switch: telling what was seen. What is seen after an order confirms it.

import { For } from 'solid-js'
import { useHouse } from '../app/house'
import { may } from '../app/session'
import { tell } from '../app/ui'
import { freshKey, wordsOf } from '../api/client'
import type { OnOff } from '../api/types'
import { observedLine } from '../act/cli'
import { VIEWER_WORDS } from './Actions'

const POWERS: readonly OnOff[] = ['on', 'off']

export function Saw(props: { node: string }) {
  const house = useHouse()
  const allowed = () => may(house.me.role, 'operator')
  const say = async (power: OnOff) => {
    if (!allowed()) return tell(VIEWER_WORDS)
    try {
      await house.client.change('/api/v1/observations', { nodes: props.node, power }, freshKey())
      tell(`You saw ${props.node} ${power}. In a terminal: ${observedLine(props.node, power)}`)
    } catch (error) {
      tell(wordsOf(error))
    }
  }
  return (
    <div class="actions" role="group" aria-label="What you see">
      <For each={POWERS}>
        {(power) => (
          <button class="button" type="button" aria-disabled={!allowed()} title={allowed() ? observedLine(props.node, power) : VIEWER_WORDS} onClick={() => void say(power)}>
            I see it {power}
          </button>
        )}
      </For>
    </div>
  )
}
