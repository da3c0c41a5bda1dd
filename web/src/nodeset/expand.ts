// Expands folded sets quickly and in the order in which they are written: what the server sends, a hundred times a
// second. It does not sort, and it knows no operator but the comma.

import { parse } from './parse'

/** Names of more digits than this go the exact way. */
const EXACT_DIGITS = 15
const [OPEN, CLOSE, COMMA] = [91, 93, 44]

/** Tells `visit` each name of a folded text, from left to right. */
export function expand(text: string, visit: (name: string) => void): void {
  if (text === '') return
  if (!text.includes('[')) {
    for (const name of text.split(',')) visit(name)
    return
  }
  for (const item of items(text)) expandItem(item, 0, '', visit)
}

/** Each name of a folded text. */
export function expandAll(text: string): string[] {
  const names: string[] = []
  expand(text, (name) => names.push(name))
  return names
}

/** Cuts at the commas outside of brackets. */
function* items(text: string): Generator<string> {
  let start = 0
  let inside = false
  for (let at = 0; at <= text.length; at++) {
    const found = text.charCodeAt(at)
    if (found === OPEN) inside = true
    else if (found === CLOSE) inside = false
    else if (at === text.length || (found === COMMA && !inside)) {
      yield text.slice(start, at)
      start = at + 1
    }
  }
}

function expandItem(item: string, from: number, before: string, visit: (name: string) => void): void {
  const open = item.indexOf('[', from)
  if (open < 0) {
    visit(before + item.slice(from))
    return
  }
  const close = item.indexOf(']', open)
  const head = before + item.slice(from, open)
  const last = item.indexOf('[', close) < 0
  const tail = last ? item.slice(close + 1) : ''
  for (const range of item.slice(open + 1, close).split(',')) {
    eachNumber(range, (number) => {
      if (last) visit(head + number + tail)
      else expandItem(item, close + 1, head + number, visit)
    })
  }
}

function eachNumber(range: string, visit: (number: string) => void): void {
  const dash = range.indexOf('-')
  if (dash < 0) {
    visit(range)
    return
  }
  const first = range.slice(0, dash)
  if (range.length - dash > EXACT_DIGITS) {
    for (const row of parse(`x[${range}]`).families[0]!.rows) visit(row[0]!)
    return
  }
  const last = Number(range.slice(dash + 1))
  const length = first.startsWith('0') ? first.length : 0
  for (let value = Number(first); value <= last; value++) visit(String(value).padStart(length, '0'))
}
