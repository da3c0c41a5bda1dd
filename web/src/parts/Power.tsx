// A power state as a shape and a word: full for on, hollow for off, hatched for unknown.

import { POWERS } from '../fleet/words'

export function PowerMark(props: { power: number }) {
  return <span class="power" data-power={POWERS[props.power]} aria-hidden="true" />
}

export function powerWord(power: number): string {
  return power === 0 ? 'not read' : POWERS[power]!
}
