// Dark or light: as the system says, unless somebody chose.

import { createSignal } from 'solid-js'

const PLACE = 'lastword.theme'
type Theme = 'system' | 'light' | 'dark'
const ORDER: readonly Theme[] = ['system', 'light', 'dark']

const dark = matchMedia('(prefers-color-scheme: dark)')
const [theme, setTheme] = createSignal<Theme>(ORDER.find((t) => t === localStorage.getItem(PLACE)) ?? 'system')
const [changes, setChanges] = createSignal(0)
export { theme }

/** Tracked: changes whenever colours do. */
export const colours = changes

export function nextTheme(): void {
  const next = ORDER[(ORDER.indexOf(theme()) + 1) % ORDER.length]!
  localStorage.setItem(PLACE, next)
  setTheme(next)
  wear()
}

export function wear(): void {
  const worn = theme() === 'system' ? (dark.matches ? 'dark' : 'light') : theme()
  document.documentElement.dataset['theme'] = worn
  setChanges((n) => n + 1)
}

dark.addEventListener('change', wear)
