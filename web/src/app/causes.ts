// Why nodes in view are unknown or in trouble: the stream does not carry every cause, so those in view are asked for.

import { createEffect, on, onCleanup } from 'solid-js'
import type { Node } from '../api/types'
import { BACKING_OFF, UNKNOWN } from '../fleet/words'
import { foldNames } from '../nodeset'
import type { House } from './house'

/** So long after the view or a node in it changed, and so often at most. */
const REST_MS = 1_200
/** The most nodes that are asked for at once. */
const NODES_MAX = 60

/** Keeps the causes of what is in view. */
export function keepCauses(house: House, places: () => readonly number[]): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const asked = new Map<number, string>()
  const ask = async () => {
    timer = undefined
    const open = places().filter((at) => lacks(house, at, asked)).slice(0, NODES_MAX)
    if (open.length === 0) return
    for (const at of open) asked.set(at, stateOf(house, at))
    const query = { nodes: foldNames(house.fleet.namesAt(open)) }
    const told = await house.client.get<{ nodes: Node[] }>('/api/v1/nodes', query).catch(() => ({ nodes: [] }))
    for (const node of told.nodes) house.fleet.explain(node.node, node.intent?.cause ?? node.unknown_because ?? undefined)
  }
  createEffect(on([places, () => house.version()], () => (timer ??= setTimeout(() => void ask(), REST_MS))))
  onCleanup(() => clearTimeout(timer))
}

/** Whether a node needs a cause that was not asked for since it is as it is. */
function lacks(house: House, at: number, asked: ReadonlyMap<number, string>): boolean {
  const { fleet } = house
  const troubled = fleet.phase[at] === BACKING_OFF && fleet.running[at] !== 0
  const unexplained = fleet.power[at] === UNKNOWN && !fleet.causes.has(at)
  return (troubled || unexplained) && asked.get(at) !== stateOf(house, at)
}

function stateOf({ fleet }: House, at: number): string {
  return `${fleet.power[at]} ${fleet.running[at]} ${fleet.attempt[at]}`
}
