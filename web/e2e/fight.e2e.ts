// Many hands on one machine: two tabs and a command line. Each sees who won, and why.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask, behave, cli, demo, newToken, until, type House } from './lastword'
import { browser, close, go, open, press, ready, row } from './page'

let house: House
let chromium: Browser
const tokens = { alice: '', bob: '' }

beforeAll(async () => {
  house = await demo(120)
  chromium = await browser()
  tokens.alice = newToken(house, 'alice', 'operator')
  tokens.bob = newToken(house, 'bob', 'operator')
})
afterAll(async () => {
  await chromium?.close()
  await house?.stop()
})

const words = (page: import('playwright-core').Page) => () => press(page).locator('.press-words').innerText()

test('two tabs and a command line fight over a node, and each is told who won', async () => {
  behave(house, 'r1n01', 'takes-on=6s,takes-off=4s')
  const [alice, bob] = [await open(chromium, house, '', tokens.alice), await open(chromium, house, '', tokens.bob)]
  await ready(alice, 'r1n01', 'o')
  await go(alice)
  await row(bob, 'r1n01').getByText('on ▸').waitFor()
  await ready(bob, 'r1n01', 'f')
  await expect.poll(() => bob.getByTestId('preview').innerText()).toMatch(/1 supersedes alice’s on/)
  await go(bob)
  await expect.poll(words(alice)).toMatch(/superseded by bob’s off \(#\d+\)/)
  await expect.poll(words(bob)).toMatch(/replaced alice’s on/)
  const third = cli(house, ['on', 'r1n01', '--no-wait', '--reason', 'it is mine'])
  expect(third.text).toMatch(/supersede/)
  await expect.poll(words(bob)).toMatch(/superseded by admin’s on/)
  await alice.keyboard.press('Escape')
  await row(alice, 'r1n01').click()
  await expect.poll(() => alice.locator('.intents').innerText()).toMatch(/on by admin[^]*it is mine[^]*superseded by admin: on[^]*superseded by bob: off/)
  await expect.poll(() => row(bob, 'r1n01').locator('.power-cell').innerText(), { timeout: 60_000 }).toMatch(/^\s*on/)
  await close(alice)
  await close(bob)
})

test('a press shows at once, in the cell and in the dock, and how it ended', async () => {
  const page = await open(chromium, house)
  await ready(page, 'r1n02', 'o')
  await go(page)
  await row(page, 'r1n02').getByText('on ▸').waitFor({ timeout: 1_500 })
  await expect.poll(words(page), { timeout: 30_000 }).toBe('1 confirmed')
  await row(page, 'r1n02').getByText('on: confirmed').waitFor()
  await close(page)
})

test('what is asked twice is one command with one end each', async () => {
  const page = await open(chromium, house)
  for (let n = 0; n < 2; n++) {
    await ready(page, 'r1n04', 'o')
    await go(page)
  }
  await expect.poll(words(page), { timeout: 30_000 }).toMatch(/1 confirmed/)
  const { intents } = await ask<{ intents: { state: { outcome: string } }[] }>(house, '/api/v1/nodes/r1n04/history')
  expect(intents).toHaveLength(2)
  await close(page)
})

test('presses outlive a reload, and those that follow are shown beside them', async () => {
  const page = await open(chromium, house)
  const list = () => page.getByRole('region', { name: 'What you pressed' }).getByRole('listitem').count()
  for (const [before, key] of [[0, 'o'], [1, 'f']] as const) {
    await ready(page, 'r1n06', key)
    await go(page)
    await expect.poll(list).toBe(before + 1)
  }
  await expect.poll(words(page), { timeout: 30_000 }).toMatch(/^1 confirmed/)
  await page.reload()
  await page.getByTestId('badge').getByText('Live').waitFor()
  await expect.poll(list).toBe(2)
  await ready(page, 'r1n07', 'o')
  await go(page)
  await expect.poll(list).toBe(3)
  await expect.poll(words(page), { timeout: 30_000 }).toMatch(/^1 confirmed/)
  await close(page)
})

test('a token leaves the address for good, and a link in an open page changes nobody', async () => {
  const page = await open(chromium, house, '?node=r1n01')
  await page.locator('#filter').fill('r1*')
  await page.locator('#filter').press('Escape')
  await expect.poll(() => page.url()).toContain('q=')
  expect(page.url()).not.toContain('token')
  await page.evaluate(() => (location.hash = 'token=lw_bad'))
  await expect.poll(() => page.url()).not.toContain('lw_bad')
  await page.reload()
  await page.getByTestId('badge').getByText('Live').waitFor()
  await close(page)
})

test('a double click opens what a click opens', async () => {
  const page = await open(chromium, house, '?node=r1n08')
  await page.getByRole('button', { name: 'On', exact: true }).first().dblclick()
  await page.waitForTimeout(300)
  expect(await page.getByRole('dialog').count()).toBe(1)
  await close(page)
})

test('many at once need their number typed', async () => {
  const page = await open(chromium, house)
  await ready(page, 'rack=r2', 'f')
  const button = page.getByRole('dialog').getByRole('button', { name: 'Off 40 nodes' })
  await button.click({ force: true })
  await page.getByText('Type 40 to go on.').waitFor()
  await page.locator('#act-count').fill('39')
  await button.click({ force: true })
  expect(await page.getByRole('dialog').count()).toBe(1)
  await page.locator('#act-count').fill('40')
  expect(await page.getByRole('dialog').getByText('lastword off').innerText()).toBe("lastword off 'r2n[01-40]' --yes")
  await go(page)
  await expect.poll(words(page), { timeout: 60_000 }).toMatch(/3\d confirmed|40 confirmed/)
  await close(page)
})

test('batches begin one after the other, by the server, and what has not begun can be withdrawn', async () => {
  const page = await open(chromium, house)
  await ready(page, 'r1n[11-16]', 'o')
  await page.getByText('Boot override, hold, batches, kin, bounds').click()
  await page.locator('#act-batch').fill('2')
  await page.locator('#act-delay').fill('20s')
  expect(await page.getByRole('dialog').getByText('lastword on').innerText()).toBe("lastword on 'r1n[11-16]' --batch 2 --delay 20s")
  await go(page)
  await expect.poll(words(page), { timeout: 30_000 }).toMatch(/2 confirmed, 4 waiting for its batch/)
  await row(page, 'r1n13').getByText('on ▸ waiting for its batch').waitFor()
  await press(page).getByRole('button', { name: 'Withdraw' }).click()
  await expect.poll(words(page)).toMatch(/2 confirmed, 4 withdrawn by admin/)
  await close(page)
})

test('a dead BMC is in trouble, unknown, and given up with a cause; never shown as off', async () => {
  behave(house, 'r1n05', 'silent')
  const page = await open(chromium, house, '?node=r1n05')
  await ready(page, 'r1n05', 'o')
  await page.getByText('Boot override, hold, batches, kin, bounds').click()
  await page.locator('#act-deadline').fill('12s')
  await go(page)
  await row(page, 'r1n05').locator('.power[data-power=unknown]').waitFor({ timeout: 40_000 })
  await expect.poll(words(page), { timeout: 60_000 }).toMatch(/1 gave up: .*answer/)
  await page.locator('.tries tr[data-result=lost]').first().waitFor()
  await expect.poll(() => page.getByTestId('why').innerText()).toMatch(/unknown/)
  await page.getByRole('button', { name: /^failed/ }).click()
  await expect.poll(() => page.url()).toContain('is=failed')
  expect(await row(page, 'r1n05').count()).toBe(1)
  await close(page)
})

test('a hold is placed, refuses others by name, and is released', async () => {
  const [page, alice] = [await open(chromium, house), await open(chromium, house, '', tokens.alice)]
  await ready(page, 'r1n20', 'h')
  await page.locator('#hold-reason').fill('disk swap')
  await page.getByRole('dialog').getByRole('button', { name: 'Hold 1 node' }).click()
  await row(alice, 'r1n20').or(alice.locator('#filter')).first().waitFor()
  await ready(alice, 'r1n20', 'o')
  await expect.poll(() => alice.getByTestId('preview').innerText()).toMatch(/admin holds it until .*disk swap/)
  await alice.getByRole('dialog').locator('button.primary').click()
  await expect.poll(words(alice)).toMatch(/admin holds it \(disk swap\)/)
  expect(await press(alice).getAttribute('data-stage')).toBe('refused')
  await alice.getByRole('link', { name: 'Holds' }).click()
  await alice.locator('.quote').getByText('disk swap').waitFor()
  await alice.getByRole('button', { name: 'Break' }).click({ force: true })
  await alice.getByText('Only admin and admins can end it.').waitFor()
  await page.getByRole('link', { name: 'Holds' }).click()
  await page.getByRole('button', { name: 'Release' }).click()
  await page.getByText('Nobody holds anything.').waitFor()
  await until(() => alice.getByText('Nobody holds anything.').isVisible())
  await close(page)
  await close(alice)
})

test('a viewer sees everything, and is told why not', async () => {
  const page = await open(chromium, house, '', newToken(house, 'vera', 'viewer'))
  await page.getByText('viewer', { exact: true }).first().waitFor()
  await ready(page, 'r1n21', 'f')
  await page.getByText('You are a viewer').first().waitFor()
  await page.getByRole('dialog').locator('button.primary').click({ force: true })
  expect(await page.getByRole('dialog').count()).toBe(1)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Off', exact: true }).click({ force: true })
  await page.locator('.notice').getByText('You are a viewer').waitFor()
  await page.getByRole('link', { name: 'Tokens' }).click()
  await page.getByText('Tokens are for admins').waitFor()
  const { intents } = await ask<{ intents: unknown[] }>(house, '/api/v1/nodes/r1n21/history')
  expect(intents).toEqual([])
  await close(page)
})
