// What is open on the page, and where the cursor is.

import { createSignal } from 'solid-js'
import type { Action } from '../api/types'

/** What an action dialog is for. */
export interface Asked {
  readonly action: Action
  readonly names: readonly string[]
}

const [asked, setAsked] = createSignal<Asked | undefined>(undefined)
const [holding, setHolding] = createSignal<readonly string[] | undefined>(undefined)
const [help, setHelp] = createSignal(false)
const [cursor, setCursor] = createSignal<number | undefined>(undefined)
/** Why a key or a button did nothing. */
const [notice, setNotice] = createSignal('')

export { asked, cursor, help, holding, notice, setAsked, setCursor, setHelp, setHolding }

let timer: ReturnType<typeof setTimeout> | undefined
const NOTICE_MS = 6_000

export function tell(text: string): void {
  setNotice(text)
  clearTimeout(timer)
  timer = setTimeout(() => setNotice(''), NOTICE_MS)
}

/** Puts a text on the clipboard and says so. */
export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    tell(`Copied: ${text.length > 90 ? `${text.slice(0, 90)}…` : text}`)
  } catch {
    tell(`This browser does not let the page copy; here it is: ${text}`)
  }
}
