// The newest commands of everybody, and what became of each.

import { For, Show, createMemo, createSignal } from 'solid-js'
import { createDocument } from '../app/asked'
import { useHouse } from '../app/house'
import { follow, hrefOf } from '../app/route'
import { copy } from '../app/ui'
import type { CommandSummary, Tally } from '../api/types'
import { logLine } from '../act/cli'
import { View } from '../parts/View'
import { Withdraw } from '../parts/Withdraw'
import { count, grouped } from '../words/count'
import { dateTime } from '../words/span'

const TALLY: readonly (keyof Tally)[] = ['open', 'confirmed', 'superseded', 'cancelled', 'failed', 'uncertain', 'refused']

export function Commands() {
  const house = useHouse()
  const [open, setOpen] = createSignal(false)
  const [limit, setLimit] = createSignal(100)
  const ask = () => house.client.get<{ commands: CommandSummary[] }>('/api/v1/commands', { limit: limit(), open: open() || undefined })
  const news = createMemo(() => [house.log.newest()[0]?.number, open(), limit()])
  const document = createDocument(house, ask, news, 10_000)
  const commands = () => document.read()?.commands ?? []
  return (
    <View
      title="Commands"
      says="Everybody’s, newest first. Of each, how its intents ended, or stand."
      wrong={document.wrong()}
      tools={
        <label class="check">
          <input type="checkbox" onChange={(event) => setOpen(event.currentTarget.checked)} /> only open ones
        </label>
      }
    >
      <div class="list-scroll" tabindex="0" role="region" aria-label="Commands">
        <table class="list">
          <thead>
            <tr>
              <th scope="col">seq</th>
              <th scope="col">when</th>
              <th scope="col">what</th>
              <th scope="col">nodes</th>
              <th scope="col">who</th>
              <th scope="col">what became of it</th>
              <th scope="col">
                <span class="unseen">Command line</span>
              </th>
            </tr>
          </thead>
          <tbody>
            <For each={commands()}>{(command) => <Row command={command} />}</For>
          </tbody>
        </table>
        <Show when={document.read() && commands().length === 0}>
          <p class="empty">No command is remembered.</p>
        </Show>
      </div>
      <Show when={commands().length === limit() && limit() < 1_000}>
        <button class="button" type="button" onClick={() => setLimit(Math.min(1_000, limit() * 3))}>
          Show older ones
        </button>
      </Show>
    </View>
  )
}

function Row(props: { command: CommandSummary }) {
  const { command } = props
  const parts = () => TALLY.filter((word) => command.tally[word] > 0)
  return (
    <tr>
      <td class="mono">#{command.seq}</td>
      <td class="nowrap">{dateTime(command.accepted_at_ms)}</td>
      <td>
        <strong>{command.action}</strong>
      </td>
      <td onClick={follow}>
        <a class="mono clip" href={hrefOf('fleet', { q: command.nodes })} title={command.nodes}>
          {command.nodes}
        </a>{' '}
        <span class="faint">{command.count > 1 ? count(command.count, 'node') : ''}</span>
      </td>
      <td>
        {command.by} <span class="faint">{command.door}</span>
        <Show when={command.reason}>
          <span class="reason"> “{command.reason}”</span>
        </Show>
      </td>
      <td>
        <For each={parts()}>
          {(word) => (
            <span class="tally" data-kind={word}>
              {grouped(command.tally[word])} {word === 'cancelled' ? 'withdrawn' : word}
            </span>
          )}
        </For>
      </td>
      <td class="nowrap">
        <Show when={command.tally.open > 0}>
          <Withdraw seq={command.seq} nodes={command.nodes} />
        </Show>
        <button class="quiet" type="button" onClick={() => void copy(logLine(command.seq))}>
          Copy CLI
        </button>
      </td>
    </tr>
  )
}
