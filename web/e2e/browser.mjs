// The real browser that the page is tried in: Debian's Chromium.
import { chromium } from 'playwright-core'

export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'

export function launch(args = []) {
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', ...args] })
}

/** Writes down everything that the page complains of: errors, and what its policy forbids. */
export function complaintsOf(page) {
  const complaints = []
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}\n${error.stack ?? ''}`))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`${message.type()}: ${message.text()}`)
  })
  return complaints
}
