// The buttons. What somebody may not do is explained, not hidden.

import { For } from 'solid-js'
import { useHouse } from '../app/house'
import { may } from '../app/session'
import { setAsked, tell } from '../app/ui'
import { PRESSABLE } from '../act/plan'

/** Why a viewer's press does nothing. */
export const VIEWER_WORDS = 'You are a viewer: you see everything and change nothing. An admin can give you an operator’s token.'

export function Actions(props: { names: readonly string[]; onHold: () => void }) {
  const house = useHouse()
  const allowed = () => may(house.me.role, 'operator')
  const press = (does: () => void) => (allowed() ? does() : tell(VIEWER_WORDS))
  return (
    <div class="actions" role="group" aria-label="Actions">
      <For each={PRESSABLE}>
        {({ action, label, key, says }) => (
          <button
            class="button act"
            data-action={action}
            type="button"
            aria-disabled={!allowed()}
            title={allowed() ? `${says}${key ? ` Key: ${key}` : ''}` : VIEWER_WORDS}
            onClick={() => press(() => setAsked({ action, names: props.names }))}
          >
            {label}
          </button>
        )}
      </For>
      <button
        class="button"
        type="button"
        aria-disabled={!allowed()}
        title={allowed() ? 'Ask others to leave these nodes alone. Key: h' : VIEWER_WORDS}
        onClick={() => press(props.onHold)}
      >
        Hold
      </button>
    </div>
  )
}
