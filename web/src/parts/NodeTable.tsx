// The fleet as a table of which only the rows in view are in the document: what the map shows, in words. It is the map's
// equal for everybody who does not see it.

import { Index, Show, createEffect, createMemo, createSignal, on, onCleanup, onMount } from 'solid-js'
import { keepCauses } from '../app/causes'
import { useHouse, type House } from '../app/house'
import type { Look } from '../app/look'
import { setParams, param } from '../app/route'
import { cursor, setCursor } from '../app/ui'
import { OUTCOMES, PHASES } from '../fleet/words'
import { age } from '../words/span'
import { outcomeWords, phaseWords } from '../words/verdict'
import { PowerMark, powerWord } from './Power'

const ROW = 37
/** So many rows beyond the view are kept ready. */
const BEYOND = 6

export function NodeTable(props: { look: Look }) {
  const house = useHouse()
  let scroller!: HTMLDivElement
  const [top, setTop] = createSignal(0)
  const [height, setHeight] = createSignal(600)
  onMount(() => {
    const watch = new ResizeObserver(() => setHeight(scroller.clientHeight))
    watch.observe(scroller)
    onCleanup(() => watch.disconnect())
  })
  const places = () => props.look.view().places
  const first = createMemo(() => Math.max(0, Math.floor(top() / ROW) - BEYOND))
  const rows = createMemo(() => {
    const last = Math.min(places().length, Math.ceil((top() + height()) / ROW) + BEYOND)
    return Array.from({ length: Math.max(0, last - first()) }, (_, row) => first() + row)
  })
  keepCauses(house, () => rows().map((row) => places()[row]!))
  const rowOf = (at: number) => places().indexOf(at)
  createEffect(
    on(cursor, (at) => {
      if (at === undefined) return
      const row = rowOf(at)
      if (row >= 0) reveal(scroller, row)
    }),
  )
  return (
    <section class="table-side" aria-label="Nodes as a table">
      <div
        class="table"
        role="grid"
        aria-label={`Nodes, ${places().length}`}
        aria-rowcount={places().length + 1}
        aria-multiselectable="true"
        aria-activedescendant={cursor() === undefined ? undefined : rowId(cursor()!)}
        tabindex="0"
        ref={scroller}
        onScroll={() => setTop(scroller.scrollTop)}
        onFocus={() => cursor() === undefined && places().length > 0 && setCursor(places()[first() === 0 ? 0 : first() + BEYOND])}
      >
        <div class="row row-head" role="row" aria-rowindex="1">
          <span role="columnheader" class="unseen-head">
            <span class="unseen">Chosen</span>
          </span>
          <span role="columnheader">Node</span>
          <span role="columnheader">Power</span>
          <span role="columnheader">Intent</span>
          <span role="columnheader">By</span>
          <span role="columnheader">Labels</span>
        </div>
        <div class="rows" role="rowgroup" style={{ height: `${places().length * ROW}px` }}>
          <Index each={rows()}>{(row) => <Row look={props.look} row={row()} at={places()[row()] ?? -1} />}</Index>
        </div>
        <Show when={places().length === 0 && house.fleet.isKnown}>
          <div role="row">
            <p class="empty" role="gridcell">
              {props.look.filtered().is === 'wrong' ? 'The filter can’t be read.' : 'No node fits.'}
            </p>
          </div>
        </Show>
      </div>
    </section>
  )
}

export function rowId(at: number): string {
  return `node-${at}`
}

function reveal(scroller: HTMLElement, row: number): void {
  const y = row * ROW
  const view = scroller.clientHeight - ROW
  if (y < scroller.scrollTop) scroller.scrollTop = y
  else if (y + ROW > scroller.scrollTop + view) scroller.scrollTop = y + ROW - view
}

function Row(props: { look: Look; row: number; at: number }) {
  const house = useHouse()
  const { fleet, selection } = house
  const name = () => (house.inventory(), fleet.names[props.at] ?? '')
  const chosen = () => (house.selected(), selection.has(props.at))
  const shown = createMemo(() => {
    house.version()
    return describe(house, props.at)
  }, undefined, { equals: same })
  const choose = (event: MouseEvent) => {
    if (event.shiftKey) selection.range(props.at, props.look.view().places)
    else selection.toggle(props.at)
  }
  const press = (event: MouseEvent) => {
    setCursor(props.at)
    if (event.shiftKey || event.ctrlKey || event.metaKey) choose(event)
    else setParams({ node: name() }, param('node') === '')
  }
  return (
    <div
      class="row"
      role="row"
      id={rowId(props.at)}
      aria-rowindex={props.row + 2}
      aria-selected={chosen()}
      classList={{ 'is-cursor': cursor() === props.at, 'is-chosen': chosen(), 'is-open': param('node') === name() }}
      style={{ transform: `translateY(${props.row * ROW}px)` }}
      onClick={press}
    >
      <span role="gridcell" onClick={(event) => event.stopPropagation()}>
        <input type="checkbox" tabindex="-1" aria-label={`choose ${name()}`} checked={chosen()} onClick={choose} />
      </span>
      <span role="gridcell" class="mono name">
        {name()}
        <Show when={shown().held}>
          <span class="held-mark" title={shown().held}>
            held
          </span>
        </Show>
      </span>
      <span role="gridcell" class="power-cell">
        <PowerMark power={shown().power} />
        {powerWord(shown().power)} <Age at={props.at} />
      </span>
      <span role="gridcell" class="intent-cell clip" data-kind={shown().kind} title={shown().intent}>
        {shown().intent}
      </span>
      <span role="gridcell" class="clip faint" title={shown().by}>
        {shown().by}
      </span>
      <span role="gridcell" class="clip faint" title={shown().labels}>
        {shown().labels}
      </span>
    </div>
  )
}

function Age(props: { at: number }) {
  const house = useHouse()
  const words = () => {
    house.version()
    const seen = house.fleet.seenAt[props.at] ?? 0
    return seen === 0 ? '' : age(house.now() - seen)
  }
  return <span class="faint age">{words()}</span>
}

interface Shown {
  readonly power: number
  readonly kind: string
  readonly intent: string
  readonly by: string
  readonly labels: string
  readonly held: string
}

function same(left: Shown, right: Shown): boolean {
  return (Object.keys(left) as (keyof Shown)[]).every((key) => left[key] === right[key])
}

/** A node in words: what is done with it, or how its last intent ended. */
function describe({ fleet }: House, at: number): Shown {
  const held = fleet.held.get(at)
  const base = {
    power: fleet.power[at] ?? 0,
    labels: fleet.labels
      .all(at)
      .map((pair) => pair.join('='))
      .join(' '),
    held: held ? `${held.holder}: ${held.reason}` : '',
  }
  const seq = fleet.running[at] ?? 0
  if (seq !== 0) {
    const given = fleet.given.get(seq)
    const attempt = fleet.attempt[at]!
    const phase = PHASES[fleet.phase[at]!]!
    const words = `${phaseWords(phase)}${attempt > 1 ? ` ${attempt}` : ''}`
    const kind = phase === 'backing-off' ? 'trouble' : 'open'
    const cause = kind === 'trouble' && fleet.causes.has(at) ? `: ${fleet.causes.get(at)}` : ''
    return { ...base, kind, intent: `${given?.action ?? 'intent'} ▸ ${words}${cause}`, by: given ? `${given.by} · ${given.door} #${seq}` : `#${seq}` }
  }
  const ended = fleet.ended.get(at)
  const because = fleet.causes.get(at)
  if (ended) {
    const given = fleet.given.get(ended.seq)
    const words = `${given ? `${given.action}: ` : ''}${outcomeWords(ended.outcome)}`
    return { ...base, kind: OUTCOMES[fleet.outcome[at]!]!, intent: words, by: given ? `${given.by} · ${given.door} #${ended.seq}` : `#${ended.seq}` }
  }
  const outcome = OUTCOMES[fleet.outcome[at] ?? 0]!
  return { ...base, kind: because ? 'cause' : outcome, intent: because ?? (outcome === 'none' ? '' : outcome), by: '' }
}

