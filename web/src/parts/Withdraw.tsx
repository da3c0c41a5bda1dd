// Takes an open command back, as far as that goes: what was sent to a BMC can only be outlived.

import { useHouse } from '../app/house'
import { may } from '../app/session'
import { tell } from '../app/ui'
import { freshKey, wordsOf } from '../api/client'
import { withdrawLine } from '../act/cli'
import { count } from '../words/count'
import { VIEWER_WORDS } from './Actions'

export function Withdraw(props: { seq: number; nodes: string }) {
  const house = useHouse()
  const allowed = () => may(house.me.role, 'operator')
  const line = () => withdrawLine(undefined, props.seq)
  const withdraw = async () => {
    if (!allowed()) return tell(VIEWER_WORDS)
    try {
      const request = { nodes: props.nodes, seq: props.seq }
      const answer = await house.client.change<{ count: number }>('/api/v1/withdrawals', request, freshKey())
      tell(`${count(answer.count, 'intent')} of #${props.seq} withdrawn; what was sent already can’t be taken back. In a terminal: ${line()}`)
    } catch (error) {
      tell(wordsOf(error))
    }
  }
  return (
    <button class="quiet" type="button" aria-disabled={!allowed()} title={allowed() ? line() : VIEWER_WORDS} onClick={() => void withdraw()}>
      Withdraw
    </button>
  )
}
