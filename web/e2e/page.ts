// A signed-in page, and what tests look at on it.
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { expect } from 'vitest'
import type { House } from './lastword'

export async function browser(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
}

const complaints = new WeakMap<Page, string[]>()
/** What a browser says of a path that the server does not know, or of a server that is away, is no complaint of the page. */
const EXPECTED = /Failed to load resource/

/** A tab of its own, signed in by a link as `lastword demo` prints it. */
export async function open(browser: Browser, house: House, at = '', token = house.token, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, permissions: ['clipboard-read', 'clipboard-write'], ...options })
  const page = await context.newPage()
  const found: string[] = []
  complaints.set(page, found)
  page.on('pageerror', (error) => found.push(String(error.stack ?? error)))
  page.on('console', (message) => {
    if (message.type() === 'error' && !EXPECTED.test(message.text())) found.push(message.text())
  })
  await page.goto(`${house.url}/ui/${at}#token=${token}`)
  await page.getByTestId('badge').getByText('Live').waitFor()
  return page
}

/** Closes a tab, which must have had nothing to complain of: no error, and nothing that its policy forbids. */
export async function close(page: Page): Promise<void> {
  const found = complaints.get(page) ?? []
  await page.context().close()
  expect(found).toEqual([])
}

/** The row of a node in the table. */
export function row(page: Page, name: string) {
  return page.getByRole('row').filter({ has: page.getByRole('checkbox', { name: `choose ${name}`, exact: true }) })
}

/** The newest press in the dock. */
export function press(page: Page) {
  return page.getByRole('region', { name: 'What you pressed' }).getByRole('listitem').first()
}

/** Chooses nodes by the filter and presses a key for an action. */
export async function ready(page: Page, filter: string, key: string): Promise<void> {
  await page.locator('#filter').fill(filter)
  await page.locator('#filter').press('Escape')
  await expect.poll(() => page.url()).toContain('q=')
  await page.keyboard.press('a')
  await page.keyboard.press(key)
  await page.getByRole('dialog').waitFor()
}

/** Presses the dialog's main button. */
export async function go(page: Page): Promise<void> {
  await page.getByTestId('preview').getByRole('list').waitFor()
  await page.getByRole('dialog').locator('button.primary').click()
}
