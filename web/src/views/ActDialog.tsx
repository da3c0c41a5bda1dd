// Before a press: what it will do to how many, and whom it replaces, as the server foretells it; and what else it may carry.

import { Show } from 'solid-js'
import { createAct, type Act } from '../app/act'
import { useHouse } from '../app/house'
import { setAsked, type Asked } from '../app/ui'
import { PRESSABLE } from '../act/plan'
import { CopyLine } from '../parts/CopyLine'
import { Dialog } from '../parts/Dialog'
import { Preview } from '../parts/Preview'
import { count } from '../words/count'
import { ActOptions } from './ActOptions'

export function ActDialog(props: { asked: Asked }) {
  const { action, names } = props.asked
  const act = createAct(useHouse(), props.asked)
  const pressable = PRESSABLE.find((it) => it.action === action)!
  const close = () => setAsked(undefined)
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (act.give()) close()
  }
  return (
    <Dialog title={`${pressable.label}: ${count(names.length, 'node')}`} close={close}>
      <form class="act-form" onSubmit={submit}>
        <p class="faint">{pressable.says}</p>
        <code class="act-nodes" tabindex="0" role="group" aria-label="Nodes">
          {act.nodes}
        </code>
        <Preview preview={act.foretold()} />
        <Fields act={act} />
        <Show when={act.mustType()}>
          <CountField act={act} />
        </Show>
        <CopyLine line={act.line()} />
        <footer>
          <p class="blocked" role="status">
            {act.blocked() ?? ''}
          </p>
          <button class="button" type="button" onClick={close}>
            Not now
          </button>
          <button class="button primary" data-action={action} type="submit" autofocus={!act.mustType()} aria-disabled={act.blocked() !== undefined}>
            {pressable.label} {count(act.count(), 'node')}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}

function Fields(props: { act: Act }) {
  const { wish, setWish, protects } = props.act
  return (
    <>
      <Show when={protects() ?? wish.forceProtected}>
        <label class="check">
          <input type="checkbox" checked={wish.forceProtected} onChange={(event) => setWish('forceProtected', event.currentTarget.checked)} /> Also the
          protected ones <span class="mono">{protects()}</span>
        </label>
      </Show>
      <label for="act-reason">Reason, for whoever looks later</label>
      <input id="act-reason" type="text" maxlength="200" autocomplete="off" onInput={(event) => setWish('reason', event.currentTarget.value)} />
      <ActOptions wish={wish} setWish={setWish} />
    </>
  )
}

function CountField(props: { act: Act }) {
  const { me } = useHouse()
  return (
    <>
      <label for="act-count">
        This is for more than {me.confirm_over} nodes. Type their number, <strong>{props.act.count()}</strong>, to go on
      </label>
      <input
        id="act-count"
        type="text"
        inputmode="numeric"
        autocomplete="off"
        class="count-input mono"
        autofocus
        onInput={(event) => props.act.setTyped(event.currentTarget.value)}
      />
    </>
  )
}
