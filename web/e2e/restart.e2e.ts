// The server is killed under an open page, and comes back.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask, cli, crashing, type Crashing } from './lastword'
import { browser, close, open, press, ready, row } from './page'
import { wire } from './wire'

let house: Crashing
let chromium: Browser

beforeAll(async () => {
  house = await crashing(40)
  chromium = await browser()
})
afterAll(async () => {
  await chromium?.close()
  await house?.stop()
})

test('a page whose server was killed says so, keeps the press, and is right again without being loaded', async () => {
  const page = await open(chromium, house)
  await page.evaluate(() => Object.assign(window, { loadedOnce: true }))
  await ready(page, 'r1n03', 'o')
  await page.locator('#act-reason').fill('through the crash')
  await page.getByTestId('preview').getByRole('list').waitFor()
  await house.kill()
  await expect.poll(() => page.getByTestId('badge').innerText()).toMatch(/Not connected · .*old/)
  await page.getByRole('dialog').locator('button.primary').click()
  await expect.poll(() => press(page).locator('.press-words').innerText()).toMatch(/no answer came; asked again under the same key/)
  await house.start()
  expect(cli(house, ['on', 'r1n04', '--no-wait']).code).toBe(0)
  await expect.poll(() => page.getByTestId('badge').innerText(), { timeout: 30_000 }).toBe('Live')
  await expect.poll(() => press(page).locator('.press-words').innerText(), { timeout: 60_000 }).toBe('1 confirmed')
  const { commands } = await ask<{ commands: { reason?: string }[] }>(house, '/api/v1/commands?nodes=r1n03')
  expect(commands.map(({ reason }) => reason)).toEqual(['through the crash'])
  await page.locator('#filter').fill('')
  await expect.poll(() => row(page, 'r1n04').locator('.power-cell').innerText(), { timeout: 60_000 }).toMatch(/^\s*on/)
  expect(await page.evaluate(() => 'loadedOnce' in window)).toBe(true)
  await close(page)
})

test('a page that is loaded again still shows what was pressed on it', async () => {
  const page = await open(chromium, house)
  await ready(page, 'r1n05', 'o')
  await page.getByTestId('preview').getByRole('list').waitFor()
  await page.getByRole('dialog').locator('button.primary').click()
  await expect.poll(() => press(page).getAttribute('data-stage')).toBe('accepted')
  await page.reload()
  await expect.poll(() => press(page).locator('.press-words').innerText(), { timeout: 60_000 }).toBe('1 confirmed')
  await close(page)
})

test('while the network is silent the page is stale and says how old it is; when it is back it catches up', async () => {
  const line = await wire(house)
  const page = await open(chromium, line)
  line.silence()
  cli(house, ['off', 'r1n05', '--no-wait'])
  await expect.poll(() => page.getByTestId('badge').innerText(), { timeout: 40_000 }).toMatch(/Stale · 2\d s old/)
  expect(await row(page, 'r1n05').locator('.power-cell').innerText()).toMatch(/^\s*on/)
  line.restore()
  await page.evaluate(() => dispatchEvent(new Event('online')))
  await expect.poll(() => page.getByTestId('badge').innerText(), { timeout: 20_000 }).toBe('Live')
  await expect.poll(() => row(page, 'r1n05').locator('.power-cell').innerText(), { timeout: 10_000 }).toMatch(/^\s*off/)
  await close(page)
  await line.stop()
})

test('a token that is taken away ends the session, with the reason', async () => {
  const token = cli(house, ['token', 'create', 'passing', '--role', 'operator']).text.split('\n').find((line) => line.startsWith('lw_'))!
  const page = await open(chromium, house, '', token.trim())
  expect(cli(house, ['token', 'delete', 'passing']).code).toBe(0)
  await house.kill()
  await house.start()
  await page.getByText('The token is not valid any more.').waitFor({ timeout: 30_000 })
  expect(await page.evaluate(() => sessionStorage.getItem('lastword.token'))).toBeNull()
  await close(page)
})
