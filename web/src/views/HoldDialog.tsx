// Asks that nodes be left alone, for a while.

import { createSignal } from 'solid-js'
import { useHouse } from '../app/house'
import { setHolding, tell } from '../app/ui'
import { freshKey, wordsOf } from '../api/client'
import type { VerdictGroup } from '../api/types'
import { holdLine } from '../act/cli'
import { foldNames } from '../nodeset'
import { CopyLine } from '../parts/CopyLine'
import { Dialog } from '../parts/Dialog'
import { count } from '../words/count'
import { readSpan } from '../words/span'
import { verdictLine } from '../words/verdict'

export function HoldDialog(props: { names: readonly string[] }) {
  const house = useHouse()
  const nodes = foldNames(props.names)
  const [reason, setReason] = createSignal('')
  const [span, setSpan] = createSignal('1h')
  const [because, setBecause] = createSignal('')
  const close = () => setHolding(undefined)
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const for_ms = readSpan(span())
    if (reason().trim() === '') return setBecause('Say why: others see it.')
    if (for_ms === undefined) return setBecause(`“${span()}” is no span; write 30m, 2h or 1d`)
    try {
      const request = { nodes, reason: reason().trim(), for_ms }
      const answer = await house.client.change<{ count: number; refused: VerdictGroup[] }>('/api/v1/holds', request, freshKey())
      tell(`You hold ${count(answer.count, 'node')}.${answer.refused.length > 0 ? ` ${verdictLine(answer.refused)}.` : ''}`)
      close()
    } catch (error) {
      setBecause(wordsOf(error))
    }
  }
  return (
    <Dialog title={`Hold ${count(props.names.length, 'node')}`} close={close}>
      <form class="act-form" onSubmit={(event) => void submit(event)}>
        <p class="faint">While you hold them, nobody else’s commands are accepted for them. Yours are.</p>
        <code class="act-nodes" tabindex="0" role="group" aria-label="Nodes">
          {nodes}
        </code>
        <label for="hold-reason">Reason</label>
        <input id="hold-reason" type="text" maxlength="200" autofocus required onInput={(event) => setReason(event.currentTarget.value)} />
        <label for="hold-for">For</label>
        <input id="hold-for" type="text" value="1h" onInput={(event) => setSpan(event.currentTarget.value)} />
        <CopyLine line={holdLine(nodes, reason() || '…', readSpan(span()) ?? 3_600_000)} />
        <footer>
          <p class="blocked" role="status">
            {because()}
          </p>
          <button class="button" type="button" onClick={close}>
            Not now
          </button>
          <button class="button primary" type="submit">
            Hold {count(props.names.length, 'node')}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}
