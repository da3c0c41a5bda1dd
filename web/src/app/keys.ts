// The keyboard of the fleet view. Keys do nothing while somebody types or a dialog is open.

import { PRESSABLE } from '../act/plan'
import { FILTER_ID } from '../parts/FilterBox'
import type { House } from './house'
import type { Look } from './look'
import { param, setParams } from './route'
import { asked, cursor, help, holding, setAsked, setCursor, setHelp, setHolding, tell } from './ui'

/** What the help shows, in its order. */
export const KEYS: readonly (readonly [key: string, does: string])[] = [
  ['/', 'write a filter'],
  ['j  k', 'next node, previous node'],
  ['Enter', 'open the node'],
  ['x', 'choose the node, or let it go'],
  ['a', 'choose all that are shown'],
  ['Esc', 'close the node, then let all go'],
  ['o', 'on'],
  ['s', 'soft off'],
  ['f', 'off'],
  ['c', 'cycle'],
  ['r', 'reset'],
  ['h', 'hold'],
  ['?', 'this'],
]

/** Listens until the returned function is called. */
export function installKeys(house: House, look: Look): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || asked() || holding() || help()) return
    if (press(event.key, event, house, look)) event.preventDefault()
  }
  addEventListener('keydown', onKey)
  return () => removeEventListener('keydown', onKey)
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  const writes = target instanceof HTMLInputElement && target.type !== 'checkbox'
  return writes || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable
}

function press(key: string, event: KeyboardEvent, house: House, look: Look): boolean {
  switch (key) {
    case '/':
      document.getElementById(FILTER_ID)?.focus()
      return true
    case 'j':
    case 'ArrowDown':
      return (key === 'j' || inGrid(event)) && step(1, look)
    case 'k':
    case 'ArrowUp':
      return (key === 'k' || inGrid(event)) && step(-1, look)
    case 'PageDown':
      return inGrid(event) && step(20, look)
    case 'PageUp':
      return inGrid(event) && step(-20, look)
    case 'Home':
      return inGrid(event) && step(-Infinity, look)
    case 'End':
      return inGrid(event) && step(Infinity, look)
    case 'Enter':
      return inGrid(event) && openNode(house)
    case 'x':
    case ' ':
      return (key === 'x' || inGrid(event)) && toggle(house)
    case 'a':
      house.selection.choose(look.view().places, false)
      return true
    case 'Escape':
      return escape(house)
    case '?':
      setHelp(true)
      return true
    case 'h':
      return onChosen(house, (names) => setHolding(names))
    default:
      return act(key, house)
  }
}

function inGrid(event: KeyboardEvent): boolean {
  const target = event.target as Element
  return target === document.body || target.getAttribute('role') === 'grid' || target.id === 'main'
}

function step(by: number, look: Look): boolean {
  const { places } = look.view()
  if (places.length === 0) return true
  const now = cursor() === undefined ? -1 : places.indexOf(cursor()!)
  const next = now < 0 ? (by < 0 ? places.length - 1 : 0) : Math.min(places.length - 1, Math.max(0, now + by))
  setCursor(places[next])
  return true
}

function openNode(house: House): boolean {
  const at = cursor()
  if (at !== undefined) setParams({ node: house.fleet.names[at] ?? '' }, true)
  return true
}

function toggle(house: House): boolean {
  const at = cursor()
  if (at === undefined) tell('No node is under the cursor: press j first.')
  else house.selection.toggle(at)
  return true
}

function escape(house: House): boolean {
  if (param('node') !== '') setParams({ node: '' })
  else if (house.selection.count > 0) house.selection.clear()
  else return false
  return true
}

function act(key: string, house: House): boolean {
  const found = PRESSABLE.find((pressable) => pressable.key === key && key !== '')
  return found !== undefined && onChosen(house, (names) => setAsked({ action: found.action, names }))
}

/** What keys act on: the chosen nodes, else the open one, else the one under the cursor. */
function onChosen(house: House, then: (names: readonly string[]) => void): boolean {
  const names = house.fleet.namesAt(house.selection.places())
  const at = cursor()
  const one = param('node') || (at === undefined ? '' : house.fleet.names[at]!)
  if (names.length > 0) then(names)
  else if (one !== '') then([one])
  else tell('Choose nodes first: x takes the one under the cursor, a takes all that are shown.')
  return true
}
