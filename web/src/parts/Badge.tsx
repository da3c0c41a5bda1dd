// Whether the page is live, and how old it is if not.

import { useHouse } from '../app/house'
import { age } from '../words/span'

export function Badge() {
  const house = useHouse()
  const words = () => {
    const state = house.state()
    const old = age(house.silence())
    switch (state.is) {
      case 'live':
        return { kind: 'live', short: 'Live', long: 'Changes are shown as they happen.' }
      case 'resting':
      case 'opening':
        return house.fleet.isKnown
          ? { kind: 'wait', short: `Catching up · ${old} old`, long: 'The connection is being opened again.' }
          : { kind: 'wait', short: 'Connecting', long: 'Asking the server for the fleet.' }
      case 'silent':
        return { kind: 'old', short: `Stale · ${old} old`, long: 'The server says nothing. What is shown may be wrong.' }
      case 'lost': {
        const wait = Math.max(0, Math.ceil((state.nextAt - Date.now()) / 1_000))
        const next = wait > 0 ? `next try in ${wait} s` : 'trying now'
        return { kind: 'old', short: `Not connected · ${old} old`, long: `${state.because}; ${next}.` }
      }
      case 'refused':
        return { kind: 'old', short: 'Signed out', long: '' }
    }
  }
  return (
    <span class="badge" data-kind={words().kind} title={words().long} data-testid="badge">
      <span class="badge-dot" aria-hidden="true" />
      <span role="status">{words().short}</span>
    </span>
  )
}
