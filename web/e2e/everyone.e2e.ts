// The page for everybody: keyboard alone, no colour, little room; and every view without a finding of axe.
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask, behave, cli, demo, shell, type House } from './lastword'
import { browser, close, open, press, row } from './page'

let house: House
let chromium: Browser

beforeAll(async () => {
  house = await demo(120)
  chromium = await browser()
  behave(house, 'r1n[06-07]', 'silent')
  cli(house, ['on', 'r1n[01-07]', '--no-wait', '--reason', 'for show'])
  cli(house, ['hold', 'r1n09', '--reason', 'disk swap'])
})
afterAll(async () => {
  await chromium?.close()
  await house?.stop()
})

test('everything goes by the keyboard alone', async () => {
  const page = await open(chromium, house)
  const keys = page.keyboard
  await keys.press('/')
  await keys.type('r2n[01-10]')
  await keys.press('Escape')
  await expect.poll(() => page.locator('#filter-says').innerText()).toBe('10 of 120 nodes')
  for (const key of ['j', 'j', 'x', 'j', 'x']) await keys.press(key)
  await expect.poll(() => page.getByTestId('folded').innerText()).toBe('r2n[02-03]')
  await keys.press('o')
  await page.getByTestId('preview').getByRole('list').waitFor()
  await keys.press('Enter')
  await expect.poll(() => press(page).locator('.press-words').innerText(), { timeout: 30_000 }).toBe('2 confirmed')
  await keys.press('Enter')
  await page.getByRole('heading', { name: 'r2n03' }).waitFor()
  await keys.press('Escape')
  await expect.poll(() => page.getByRole('heading', { name: 'r2n03' }).count()).toBe(0)
  await keys.press('Escape')
  await expect.poll(() => page.getByTestId('folded').count()).toBe(0)
  await keys.press('?')
  await page.getByRole('dialog', { name: 'Keys and words' }).waitFor()
  await keys.press('Escape')
  await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
  await close(page)
})

test('the focus goes back to where it was when a dialog closes, and never gets lost in one', async () => {
  const page = await open(chromium, house)
  await row(page, 'r1n01').getByRole('checkbox').click()
  const button = page.getByRole('button', { name: 'Cycle', exact: true })
  await button.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor()
  for (let n = 0; n < 30; n++) {
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement === document.body || document.activeElement?.closest('dialog') !== null)).toBe(true)
  }
  await page.keyboard.press('Escape')
  expect(await button.evaluate((element) => element === document.activeElement)).toBe(true)
  await close(page)
})

async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const found = await page.evaluate(async () => {
    const axe = (window as unknown as { axe: typeof import('axe-core') }).axe
    const { violations } = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`))
  })
  return found
}

const VIEWS: readonly (readonly [name: string, at: string, then?: (page: Page) => Promise<void>])[] = [
  ['the fleet', ''],
  ['the fleet with a choice', '', async (page) => page.keyboard.press('a')],
  ['a node', '?node=r1n06', async (page) => page.getByTestId('why').waitFor()],
  ['an action', '?q=rack%3Dr1', async (page) => {
    await page.keyboard.press('a')
    await page.keyboard.press('c')
    await page.getByTestId('preview').getByRole('list').waitFor()
    await page.getByText('Boot override, hold, batches, kin, bounds').click()
  }],
  ['a hold', '?q=r1n01', async (page) => {
    await page.keyboard.press('a')
    await page.keyboard.press('h')
  }],
  ['the help', '', async (page) => page.keyboard.press('?')],
  ['a wrong filter', '?q=r1n%5B'],
  ['commands', 'commands', async (page) => page.getByText('for show').first().waitFor()],
  ['events', 'events'],
  ['holds', 'holds', async (page) => page.getByText('disk swap').waitFor()],
  ['clusters', 'clusters', async (page) => page.getByText('Led by').waitFor()],
  ['circuits', 'circuits'],
  ['tokens', 'tokens', async (page) => page.getByText('Make a token').waitFor()],
  ['health', 'health', async (page) => page.getByText('All is well').waitFor()],
]

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [name, at, then] of VIEWS) test(`axe finds nothing in ${name}, ${colorScheme}`, async () => {
    const page = await open(chromium, house, at, house.token, { colorScheme, reducedMotion: 'reduce' })
    await then?.(page)
    expect(await findings(page)).toEqual([])
    await page.setViewportSize({ width: 320, height: 560 })
    expect(await findings(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
    await close(page)
  })
}

test('axe finds nothing at the way in', async () => {
  const page = await chromium.newPage()
  await page.goto(`${house.url}/ui/`)
  await page.getByLabel('Token', { exact: true }).fill('lw_wrong')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('The server does not know this token.').waitFor()
  expect(await findings(page)).toEqual([])
  await page.getByLabel('Token', { exact: true }).fill(house.token)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByTestId('badge').getByText('Live').waitFor()
  await page.close()
})

test('the token leaves the address at once and is in no text of the page', async () => {
  const page = await open(chromium, house)
  expect(page.url()).not.toContain('token')
  expect(await page.content()).not.toContain(house.token)
  await close(page)
})

test('every view has its place', async () => {
  const page = await open(chromium, house, 'health')
  expect(await page.getByRole('navigation').getByRole('link').allInnerTexts()).toEqual(['Fleet', 'Commands', 'Events', 'Holds', 'Clusters', 'Circuits', 'Tokens', 'Health'])
  await close(page)
})

test('the address holds the view: a filter, a facet, a zoom and a node are a link', async () => {
  const page = await open(chromium, house, '?q=rack%3Dr1&is=unknown&zoom=6&node=r1n06')
  await page.getByRole('heading', { name: 'r1n06' }).waitFor()
  expect(await page.getByRole('button', { name: /^unknown/ }).getAttribute('aria-pressed')).toBe('true')
  expect(await page.locator('.map-level').innerText()).toBe('Nodes')
  await page.getByRole('button', { name: 'Close r1n06' }).click()
  await page.getByRole('link', { name: 'Events' }).click()
  await page.goBack()
  await expect.poll(() => page.locator('#filter').inputValue()).toBe('rack=r1')
  await close(page)
})

test('a node’s history prints without the rest of the page', async () => {
  const page = await open(chromium, house, '?node=r1n01')
  await page.locator('.intents').waitFor()
  await page.emulateMedia({ media: 'print' })
  expect(await page.locator('.head').isVisible()).toBe(false)
  expect(await page.locator('.table-side').isVisible()).toBe(false)
  expect(await page.locator('.intents').isVisible()).toBe(true)
  expect((await page.pdf()).length).toBeGreaterThan(1_000)
  await close(page)
})

test('events can be held still, and none is missing when they go on', async () => {
  const page = await open(chromium, house, 'events')
  await page.getByRole('button', { name: 'Pause' }).click()
  cli(house, ['on', 'r3n01', '--no-wait', '--reason', 'while it stood still'])
  await expect.poll(() => page.getByRole('button', { name: /Go on/ }).innerText()).toMatch(/[1-9]\d* newer/)
  expect(await page.getByText('while it stood still').count()).toBe(0)
  await page.getByRole('button', { name: /Go on/ }).click()
  await page.getByText('while it stood still').waitFor()
  await page.locator('#events-nodes').fill('r3n02')
  await expect.poll(() => page.getByText('while it stood still').count()).toBe(0)
  await close(page)
})

test('a drag on the map chooses what is under it, and the table shows the same choice', async () => {
  const page = await open(chromium, house)
  const box = (await page.locator('.map-canvas').boundingBox())!
  await page.mouse.move(box.x + 2, box.y + 2)
  await page.mouse.down()
  await page.mouse.move(box.x + 90, box.y + 120, { steps: 4 })
  await page.mouse.up()
  await expect.poll(() => page.getByTestId('folded').innerText()).toMatch(/^r1n\[/)
  expect(await row(page, 'r1n01').getAttribute('aria-selected')).toBe('true')
  await page.getByRole('button', { name: 'Copy', exact: true }).click()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await page.getByTestId('folded').innerText())
  await close(page)
})

test('every command line that the page writes is one that the command line takes', async () => {
  const { commandLine, holdLine, observedLine, releaseLine, statusLine, logLine, whyLine, withdrawLine } = await import('../src/act/cli')
  const { commands } = await ask<{ commands: { seq: number }[] }>(house, '/api/v1/commands')
  const seq = commands.at(-1)!.seq
  const nodes = 'r3n[11-13]'
  const dry = [
    commandLine({ action: 'off', nodes, reason: "it's mine", confirm: 3, force_protected: true, selector: 'rack=r3' }),
    commandLine({ action: 'soft', nodes, force_after_ms: 90_000, deadline_ms: 120_000, hold: { reason: 'x y', for_ms: 60_000 } }),
    commandLine({ action: 'cycle', nodes, boot: { device: 'pxe', persistent: true, uefi: true }, if_newest: 0 }),
    commandLine({ action: 'soft-cycle', nodes, batch: { size: 2, delay_ms: 5_000, stop_after: 1 }, with_children: true, with_parents: true }),
    commandLine({ action: 'reset', nodes: 'r3n11' }),
    commandLine({ action: 'nmi', nodes: 'r3n11' }),
  ].map((line) => `${line} --dry-run`)
  const more = [holdLine('r3n[11-12]', 'a b', 60_000), releaseLine('r3n[11-12]', true), statusLine('@*!r1*'), logLine(seq), whyLine('r3n11'), withdrawLine(undefined, seq), 'lastword circuits', observedLine('r3n11', 'on')]
  for (const line of [...dry, ...more]) {
    const ran = shell(house, line)
    // what is wrong with a line as a line is told with the usage
    expect([line, /Usage:/.test(ran.text) ? ran.text : 'taken']).toEqual([line, 'taken'])
    if (!line.includes('observed')) expect([line, ran.code === 2 ? ran.text : 'taken']).toEqual([line, 'taken'])
  }
})

test('the page reads and writes node sets as the server does', async () => {
  const { fold, parse, NodeSet, expandAll } = await import('../src/nodeset')
  const all = NodeSet.ofNames(expandAll('r[1-3]n[01-40]'))
  const groups = { all: () => all, group: () => undefined }
  let seed = 7
  const pick = (bound: number) => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) % bound
  for (let n = 0; n < 300; n++) {
    const two = (max: number) => [1 + pick(max), 1 + pick(max)].sort((l, r) => l - r) as [number, number]
    const operand = () => {
      const [[a, b], [c, d]] = [two(3), two(40)]
      const pad = (value: number) => String(value).padStart(2, '0')
      return pick(6) === 0 ? `r${a}n*` : `r[${a}-${b}]n[${pad(c)}-${pad(d)}/${1 + pick(4)}]`
    }
    const text = Array.from({ length: 1 + pick(5) }, (_, at) => (at === 0 ? '' : ',,!&^'[pick(5)]!) + operand()).join('')
    const told = await ask<{ nodes?: string; code?: string }>(house, `/api/v1/resolve?nodes=${encodeURIComponent(text)}`)
    const ours = fold(parse(text, groups))
    expect([text, told.code === 'no-nodes' ? '' : told.nodes]).toEqual([text, ours])
  }
})
