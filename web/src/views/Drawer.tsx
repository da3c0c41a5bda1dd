// One node: why it is as it is, who asked what of it, every try with its answer, and what can be done.

import { For, Show, createEffect, createMemo, createResource, on, onCleanup, onMount } from 'solid-js'
import { useHouse, type House } from '../app/house'
import { Soon } from '../app/soon'
import { setHolding } from '../app/ui'
import type { PastIntent, Try, Why } from '../api/types'
import { wordsOf } from '../api/client'
import { whyLine } from '../act/cli'
import { powerCode } from '../fleet/words'
import { Timeline } from '../node/Timeline'
import { story } from '../node/story'
import { Actions } from '../parts/Actions'
import { CopyLine } from '../parts/CopyLine'
import { PowerMark } from '../parts/Power'
import { Saw } from '../parts/Saw'
import { ago, clock, dateTime, latency } from '../words/span'
import { stateWords } from '../words/verdict'

/** So soon after something happened to the node it is read again, and so often without. */
const NEWS_MS = 350
const LOOK_MS = 10_000

interface Read {
  readonly why: Why
  readonly intents: readonly PastIntent[]
  readonly tries: readonly Try[]
}

export function Drawer(props: { name: string; close: () => void }) {
  const house = useHouse()
  let heading!: HTMLHeadingElement
  const [told, { refetch }] = createResource(() => read(house, props.name))
  followNode(house, () => props.name, () => void refetch())
  const latest = createMemo(() => (told.error ? undefined : told.latest))
  onMount(() => heading.focus())
  return (
    <aside class="drawer" aria-labelledby="drawer-title">
      <header>
        <h2 id="drawer-title" class="mono" tabindex="-1" ref={heading}>
          {props.name}
        </h2>
        <Show when={latest()}>{(told) => <PowerLine why={told().why} />}</Show>
        <span class="drawer-tools">
          <button class="quiet" type="button" onClick={() => void house.client.get(`/api/v1/nodes/${props.name}`, { max_age_ms: 0, wait_ms: 5_000 }).then(refetch, refetch)}>
            Read now
          </button>
          <button class="quiet" type="button" onClick={() => print()}>
            Print
          </button>
          <button class="quiet" type="button" onClick={props.close} aria-label={`Close ${props.name}`}>
            ✕
          </button>
        </span>
      </header>
      <div class="drawer-body" tabindex="0" role="group" aria-label={`About ${props.name}`}>
        <Show when={told.error}>
          <p class="wrong" role="alert">
            {wordsOf(told.error)}
          </p>
        </Show>
        <Show when={latest()}>
          {(told) => (
            <>
              <p class="why" data-testid="why">
                {told().why.sentence}
              </p>
              <Actions names={[props.name]} onHold={() => setHolding([props.name])} />
              <Show when={told().tries.some(({ driver }) => driver === 'manual')}>
                <Saw node={props.name} />
              </Show>
              <Labels why={told().why} />
              <Intents intents={told().intents} tries={told().tries} now={() => house.now()} />
              <Tries tries={told().tries} />
            </>
          )}
        </Show>
        <CopyLine line={whyLine(props.name)} />
      </div>
    </aside>
  )
}

async function read(house: House, name: string): Promise<Read> {
  const path = `/api/v1/nodes/${encodeURIComponent(name)}`
  const [why, history, tries] = await Promise.all([
    house.client.get<Why>(`${path}/why`),
    house.client.get<{ intents: PastIntent[] }>(`${path}/history`),
    house.client.get<{ tries: Try[] }>(`${path}/tries`).catch(() => ({ tries: [] })),
  ])
  return { why, intents: history.intents, tries: tries.tries }
}

/** Reads again soon after the stream told of the node, and now and then. */
function followNode(house: House, name: () => string, again: () => void): void {
  const soon: Soon = new Soon(() => {
    again()
    soon.in(LOOK_MS)
  })
  const changed = (places: readonly number[] | 'all') => {
    const at = house.fleet.place(name())
    if (at !== undefined && (places === 'all' || places.includes(at))) soon.in(NEWS_MS)
  }
  house.painters.add(changed)
  soon.in(LOOK_MS)
  createEffect(on(() => house.state().is, () => soon.in(NEWS_MS), { defer: true }))
  onCleanup(() => {
    house.painters.delete(changed)
    soon.stop()
  })
}

function PowerLine(props: { why: Why }) {
  const house = useHouse()
  const node = () => props.why.node
  const read = () => (node().observed_at_ms == null ? 'never read' : `read ${ago(house.now() - node().observed_at_ms!)}`)
  return (
    <p class="power-line">
      <PowerMark power={powerCode(node().power)} />
      <strong>{node().power}</strong>
      <span class="faint">
        {read()}
        {node().by_second_way ? ', by its second way' : ''}
        {node().intent?.escalated ? '; orders go to its second way' : ''}
        <Show when={node().last_known}>
          {(last) => (
            <>
              , last known {last().power} at {clock(last().at_ms)}
            </>
          )}
        </Show>
      </span>
    </p>
  )
}

function Labels(props: { why: Why }) {
  const house = useHouse()
  const labels = () => Object.entries(props.why.node.labels)
  return (
    <>
      <For each={props.why.node.holds ?? []}>
        {(hold) => (
          <p class="held-line">
            <strong>{hold.holder}</strong> holds it until {clock(hold.until_at_ms)}: {hold.reason}
          </p>
        )}
      </For>
      <dl class="labels">
        <For each={labels()}>
          {([label, value]) => (
            <div>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          )}
        </For>
        <div>
          <dt>agent</dt>
          <dd>{props.why.agent ?? 'none leads its cluster'}</dd>
        </div>
        <div>
          <dt>cluster</dt>
          <dd>{(house.inventory(), house.fleet.cluster)}</dd>
        </div>
      </dl>
    </>
  )
}

function Intents(props: { intents: readonly PastIntent[]; tries: readonly Try[]; now: () => number }) {
  const newest = () => [...props.intents].reverse()
  return (
    <section aria-label="Intents">
      <h3>Who asked for what</h3>
      <Show when={props.intents.length > 0} fallback={<p class="faint">Nobody asked anything of it that is still remembered.</p>}>
        <Timeline story={story(props.intents, props.tries, props.now())} />
        <ol class="intents">
          <For each={newest()}>
            {(intent) => (
              <li data-kind={intent.state.state === 'ended' ? intent.state.outcome : intent.state.state}>
                <span class="mono faint">#{intent.seq}</span>
                <span>
                  <strong>{intent.action}</strong> by {intent.by} <span class="faint">through {intent.door}, {dateTime(intent.accepted_at_ms)}</span>
                  <Show when={intent.reason}>
                    <span class="reason"> “{intent.reason}”</span>
                  </Show>
                  <br />
                  <span class="state">{stateWords(intent.state)}</span>
                </span>
              </li>
            )}
          </For>
        </ol>
      </Show>
    </section>
  )
}

function Tries(props: { tries: readonly Try[] }) {
  const newest = () => [...props.tries].reverse().slice(0, 100)
  return (
    <section aria-label="Tries">
      <h3>What its BMC was asked</h3>
      <Show when={props.tries.length > 0} fallback={<p class="faint">No exchange is remembered.</p>}>
        <table class="tries">
          <thead>
            <tr>
              <th scope="col">at</th>
              <th scope="col">asked</th>
              <th scope="col">answer</th>
              <th scope="col">took</th>
              <th scope="col">for</th>
            </tr>
          </thead>
          <tbody>
            <For each={newest()}>
              {(it) => (
                <tr data-result={it.end}>
                  <td class="mono">{clock(it.at_ms)}</td>
                  <td>{it.asked}</td>
                  <td>
                    {it.end === 'ok' ? (it.power ?? 'ok') : it.end.replaceAll('-', ' ')}
                    <Show when={it.cause}>
                      <span class="faint"> {it.cause}</span>
                    </Show>
                  </td>
                  <td class="mono">{it.took_ms == null ? '' : latency(it.took_ms)}</td>
                  <td class="mono faint">{it.seq == null ? '' : `#${it.seq}`}</td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </Show>
    </section>
  )
}
