// The filter: node sets as the command line reads them, and label=value. What it means is in the address.

import { For, Show, createEffect, createSignal, on } from 'solid-js'
import { useHouse } from '../app/house'
import type { Look } from '../app/look'
import { copy } from '../app/ui'
import { statusLine } from '../act/cli'
import { readFilter } from '../fleet/filter'
import { grouped } from '../words/count'

/** So long after the last key the filter is judged. */
const REST_MS = 120
export const FILTER_ID = 'filter'

export function FilterBox(props: { look: Look }) {
  const house = useHouse()
  const [draft, setDraft] = createSignal(props.look.text())
  createEffect(on(props.look.text, (text) => text !== draft() && setDraft(text)))
  let timer: ReturnType<typeof setTimeout> | undefined
  const edit = (text: string) => {
    setDraft(text)
    clearTimeout(timer)
    timer = setTimeout(settle, REST_MS)
  }
  /** Whoever leaves the box means what it says: no key may act on what was filtered before. */
  const settle = () => {
    clearTimeout(timer)
    props.look.setText(draft().trim())
  }
  const wrong = () => {
    const found = props.look.filtered()
    return found.is === 'wrong' ? found.because : undefined
  }
  const line = () => {
    const { nodes, selectors } = readFilter(props.look.text())
    const flags = selectors.map((pair) => ` -l ${pair.join('=')}`).join('')
    return statusLine(nodes.trim() || '@*') + flags
  }
  return (
    <div class="filter" role="search">
      <label class="unseen" for={FILTER_ID}>
        Filter: a node set or label=value
      </label>
      <input
        id={FILTER_ID}
        class="mono"
        type="text"
        placeholder="n[1-40]!n7   @group   r1*   rack=r2"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        list="filter-words"
        value={draft()}
        aria-invalid={wrong() !== undefined}
        aria-describedby="filter-says"
        onInput={(event) => edit(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape' || event.key === 'Enter') event.currentTarget.blur()
        }}
        onBlur={settle}
      />
      <Suggestions />
      <Show when={draft() !== ''}>
        <button class="quiet" type="button" onClick={() => void copy(line())}>
          Copy CLI
        </button>
        <button class="quiet" type="button" onClick={() => (edit(''), settle())}>
          Clear
        </button>
      </Show>
      <p id="filter-says" classList={{ wrong: wrong() !== undefined }} aria-live="polite">
        {wrong() ?? (props.look.text() === '' ? '' : `${grouped(props.look.view().filtered)} of ${grouped(house.fleet.size)} nodes`)}
      </p>
    </div>
  )
}

/** Groups, and the first values of each label. */
function Suggestions() {
  const house = useHouse()
  const words = () => {
    house.inventory()
    const { labels } = house.fleet
    const groups = [...house.groups().keys()].slice(0, 40).map((group) => `@${group}`)
    return [...groups, ...labels.names().flatMap((label) => labels.values(label).slice(0, 12).map((value) => `${label}=${value}`))]
  }
  return (
    <datalist id="filter-words">
      <For each={words()}>{(word) => <option value={word} />}</For>
    </datalist>
  )
}
