// A node's intents as swim lanes, with what was read of its power below. A list says the same in words.

import { For, Show, createMemo } from 'solid-js'
import { clock } from '../words/span'
import { phaseWords } from '../words/verdict'
import { Scale, type Lane, type Story, type Stretch } from './story'

const LANE = 34
const NAMES = 96
/** As wide as the drawer is, so that its letters are as large as others. */
const WIDTH = Math.min(514, innerWidth - 34)
const TOP = 6
const SAMPLES = 26
const AXIS = 20
/** The longest pause that is drawn to scale, as a share of what happened. */
const PAUSE_MIN_MS = 8_000

export function Timeline(props: { story: Story }) {
  const scale = createMemo(() => {
    const { lanes, readings, from, to } = props.story
    const ends = lanes.flatMap(({ stretches }) => stretches.flatMap((it) => [it.from, it.to]))
    return new Scale([from, to, ...ends, ...readings.flatMap((it) => [it.from, it.to])], PAUSE_MIN_MS)
  })
  const x = (time: number) => NAMES + scale().of(time) * (WIDTH - NAMES - 14) + 4
  const laneTop = (index: number) => TOP + index * LANE
  const bottom = () => laneTop(props.story.lanes.length)
  const height = () => bottom() + SAMPLES + AXIS
  return (
    <svg
      class="timeline"
      viewBox={`0 0 ${WIDTH} ${height()}`}
      role="img"
      aria-label="Who asked for what, when, and whose intent took whose place; the list below says it in words"
    >
      <defs>
        <marker id="head" viewBox="0 0 6 6" refX="5" refY="3" markerWidth="6" markerHeight="6" orient="auto">
          <path d="M0 0 6 3 0 6z" class="arrow-head" />
        </marker>
        <pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path d="M0 0V5" class="hatch-line" />
        </pattern>
      </defs>
      <For each={props.story.lanes}>{(lane, index) => <LaneRow lane={lane} y={laneTop(index())} x={x} />}</For>
      <Arrows story={props.story} x={x} laneTop={laneTop} />
      <g transform={`translate(0 ${bottom()})`}>
        <text x="0" y={SAMPLES / 2 + 4} class="lane-name">
          read
        </text>
        <line x1={NAMES} x2={WIDTH} y1={SAMPLES / 2} y2={SAMPLES / 2} class="lane-line" />
        <For each={props.story.readings}>
          {(it) => (
            <rect class="reading" data-power={it.power} x={x(it.from) - 3} y={SAMPLES / 2 - 4} width={x(it.to) - x(it.from) + 6} height="8" rx="2">
              <title>
                read {it.power}, {it.times} times from {clock(it.from)} to {clock(it.to)}
              </title>
            </rect>
          )}
        </For>
        <For each={scale().marks(4)}>
          {(time) => (
            <text x={Math.min(x(time), WIDTH - 46)} y={SAMPLES + 13} class="axis">
              {clock(time)}
            </text>
          )}
        </For>
      </g>
    </svg>
  )
}

function LaneRow(props: { lane: Lane; y: number; x: (time: number) => number }) {
  return (
    <g transform={`translate(0 ${props.y})`}>
      <text x="0" y={LANE / 2 + 1} class="lane-name">
        {props.lane.by}
      </text>
      <text x="0" y={LANE / 2 + 13} class="lane-door">
        {props.lane.door}
      </text>
      <line x1={NAMES} x2={WIDTH} y1={LANE / 2} y2={LANE / 2} class="lane-line" />
      <For each={props.lane.stretches}>{(it) => <Bar it={it} x={props.x} />}</For>
    </g>
  )
}

function Bar(props: { it: Stretch; x: (time: number) => number }) {
  const left = () => props.x(props.it.from)
  const width = () => Math.max(5, props.x(props.it.to) - left())
  return (
    <g class="stretch" data-kind={props.it.kind}>
      <rect x={left()} y={LANE / 2 - 8} width={width()} height="16" rx="3" />
      <Show when={width() > 44}>
        <text x={left() + 5} y={LANE / 2 + 4}>
          {props.it.action} <tspan class="seq">{width() > 76 ? props.it.seq : ''}</tspan>
        </text>
      </Show>
      <title>
        #{props.it.seq} {props.it.action}, {phaseWords(props.it.kind)}
        {props.it.reason ? `: ${props.it.reason}` : ''}
      </title>
    </g>
  )
}

/** From the end of what was superseded to the beginning of what took its place. */
function Arrows(props: { story: Story; x: (time: number) => number; laneTop: (index: number) => number }) {
  const arrows = createMemo(() => {
    const rows = new Map<number, { row: number; it: Stretch }>()
    props.story.lanes.forEach(({ stretches }, row) => stretches.forEach((it) => rows.set(it.seq, { row, it })))
    return [...rows.values()].flatMap(({ row, it }) => {
      const newer = it.supersededBy === undefined ? undefined : rows.get(it.supersededBy)
      if (!newer || newer.row === row) return []
      const down = newer.row > row
      const from = props.laneTop(row) + LANE / 2 + (down ? 8 : -8)
      const to = props.laneTop(newer.row) + LANE / 2 + (down ? -9 : 9)
      return [`M${props.x(it.to)} ${from}V${to}`]
    })
  })
  return <For each={arrows()}>{(path) => <path d={path} class="arrow" marker-end="url(#head)" />}</For>
}
