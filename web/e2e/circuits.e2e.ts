// What a command waits for beside its machines: circuits, and people. The page says so.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { crashing, type Crashing } from './lastword'
import { browser, close, go, open, press, ready, row } from './page'

let house: Crashing
let chromium: Browser

beforeAll(async () => {
  house = await crashing(20, (inventory) => {
    const labelled = inventory.replace('labels = { rack = "r1" }', 'labels = { rack = "r1", circuit = "pdu1" }')
    expect(labelled).not.toBe(inventory)
    const museum = '[[nodes]]\nnames = "museum1"\ndriver = "manual"\ntransition = "1s"\n'
    return `${labelled}\n${museum}[circuits.pdu1]\nstarts = 2\nwithin = "20s"\n`
  })
  chromium = await browser()
})
afterAll(async () => {
  await chromium?.close()
  await house?.stop()
})

test('who waits for a circuit is shown so, before and after the press, and the circuit shows its load', async () => {
  const page = await open(chromium, house)
  await ready(page, 'circuit=pdu1', 'o')
  await expect.poll(() => page.getByTestId('preview').innerText()).toMatch(/About .* until the last one is there: .*pdu1/)
  await go(page)
  await expect.poll(() => press(page).locator('.press-words').innerText(), { timeout: 30_000 }).toMatch(/\d+ waiting for its circuit/)
  await row(page, 'r1n20').getByText('on ▸ waiting for its circuit').waitFor()
  await page.getByRole('link', { name: 'Circuits' }).click()
  await page.getByText('2 of 2 starts within 20 s').waitFor({ timeout: 30_000 })
  await page.getByText('waiting for their turn').waitFor()
  await page.getByRole('link', { name: 'pdu1' }).click()
  await expect.poll(() => page.locator('#filter').inputValue()).toBe('r1n[01-20]')
  await close(page)
})

test('whoever looked at a node that only people switch says so on the page, and that ends the command', async () => {
  const page = await open(chromium, house, '?node=museum1')
  await ready(page, 'museum1', 'f')
  await go(page)
  await page.getByRole('button', { name: 'I see it on' }).click({ timeout: 30_000 })
  await expect.poll(() => page.getByTestId('why').innerText(), { timeout: 30_000 }).toMatch(/lastword observed museum1 off/)
  await page.getByRole('button', { name: 'I see it off' }).click()
  await expect.poll(() => press(page).locator('.press-words').innerText(), { timeout: 30_000 }).toBe('1 confirmed')
  await close(page)
})
