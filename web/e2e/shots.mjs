// Takes pictures of the page: light, dark, narrow; with a node, before an action, with a hundred thousand nodes. They are
// made to be looked at. LASTWORD_BIN gives the fight of the demo; the large fleet is a pretended one.
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { launch } from './browser.mjs'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const OUT = process.env.SHOTS ?? `${HERE}../shots`
const BIN = process.env.LASTWORD_BIN
/** So long the demo fights before the pictures are taken. */
const FIGHT_MS = 20_000

mkdirSync(OUT, { recursive: true })
const { url, token, stop } = BIN ? await demo() : await pretend(200, 2)
const browser = await launch()
try {
  await picturesOf(url, token)
  const large = await pretend(100_000, 300)
  await shot('large', large.url, large.token, '', {}, (page) => page.waitForTimeout(3_000))
  await shot('large-dark', large.url, large.token, '?zoom=2', { colorScheme: 'dark' }, (page) => page.waitForTimeout(2_000))
  await shot('circuits', large.url, large.token, 'circuits', {})
  large.stop()
} finally {
  await browser.close()
  stop()
}

async function picturesOf(url, token) {
  const narrow = { viewport: { width: 390, height: 844 } }
  const dark = { colorScheme: 'dark' }
  const take = (name, at, options, then) => shot(name, url, token, at, options, then)
  for (const [suffix, options] of [['', {}], ['-dark', dark], ['-narrow', narrow]]) {
    await take(`fleet${suffix}`, '', options, dragged)
    await take(`node${suffix}`, '?node=r1n01', options)
    await take(`action${suffix}`, '?q=rack%3Dr1', options, (page) => keys(page, 'a', 'c'))
    for (const view of ['commands', 'events', 'holds', 'clusters', 'tokens', 'health']) await take(`${view}${suffix}`, view, options)
  }
  await take('nodes', '?zoom=6', {})
  await take('help', '', {}, (page) => keys(page, '?'))
  await take('wrong', '?q=r1n%5B', {})
  await shot('sign-in', url, '', '', {})
  await shot('sign-in-dark', url, '', '', dark)
}

async function dragged(page) {
  const box = await page.locator('.map-canvas').boundingBox()
  await page.mouse.move(box.x + 2, box.y + 2)
  await page.mouse.down()
  await page.mouse.move(box.x + 80, box.y + 90, { steps: 3 })
  await page.mouse.up()
  await page.mouse.move(5, 5)
}

async function keys(page, ...pressed) {
  for (const key of pressed) await page.keyboard.press(key)
}

async function shot(name, url, token, at, options, then) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
  const page = await context.newPage()
  await page.goto(`${url}/ui/${at}${token ? `#token=${token}` : ''}`)
  if (token) await page.getByTestId('badge').getByText('Live').waitFor()
  await page.waitForTimeout(1_200)
  await then?.(page)
  await page.waitForTimeout(600)
  await page.screenshot({ path: `${OUT}/${name}.png` })
  await context.close()
}

async function demo() {
  const child = spawn(BIN, ['demo', '--nodes', '200'], { stdio: ['ignore', 'pipe', 'inherit'] })
  let banner = ''
  await new Promise((done) => child.stdout.on('data', (piece) => (banner += piece) && /sim set/.test(banner) && done()))
  await new Promise((done) => setTimeout(done, FIGHT_MS))
  const url = /LASTWORD_SERVER=(\S+)/.exec(banner)?.[1] ?? 'http://127.0.0.1:7473'
  return { url, token: readFileSync(/TOKEN_FILE=(\S+)/.exec(banner)[1], 'utf8').trim(), stop: () => child.kill('SIGINT') }
}

async function pretend(nodes, churn) {
  const port = 7_490 + (nodes % 7)
  const words = [`${HERE}../dev/fake.mjs`, '--nodes', nodes, '--churn', churn, '--port', port]
  const child = spawn(process.execPath, words.map(String), { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((done) => child.stdout.once('data', done))
  return { url: `http://127.0.0.1:${port}`, token: 'lw_admin', stop: () => child.kill() }
}
