// Prints the page's numbers: a hundred thousand nodes, five thousand changes a second. Against a pretended server, which
// alone can change as quickly as one likes; LASTWORD_URL and LASTWORD_TOKEN name a real one instead.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { launch } from './browser.mjs'
import { firstPaint, frames, heapBytes, scriptBytes } from './numbers.mjs'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const DIST = process.env.LASTWORD_WEB_OUT ?? `${HERE}../dist`
const NODES = Number(process.env.NODES ?? 100_000)
const CHURN = Number(process.env.CHURN ?? 5_000)
const PORT = 7_499

const server = process.env.LASTWORD_URL ? undefined : await pretend()
const browser = await launch()
try {
  const url = process.env.LASTWORD_URL ?? `http://127.0.0.1:${PORT}`
  const { page, session, wire, paintedMs, wireBytes } = await firstPaint(browser, url, process.env.LASTWORD_TOKEN ?? 'lw_admin')
  const heap = await heapBytes(session)
  const [bytes, since] = [wire.bytes, Date.now()]
  const quiet = await frames(page, 10_000)
  const rate = (wire.bytes - bytes) / ((Date.now() - since) / 1_000)
  await page.evaluate(() => history.replaceState(null, '', '?zoom=2'))
  await page.getByLabel('Zoom in').click()
  const near = await frames(page, 5_000)
  print([
    ['script, compressed', kB(await scriptBytes(DIST)), '< 60 kB'],
    ['first painted fleet', `${Math.round(paintedMs)} ms`, '< 1000 ms'],
    ['on the wire until then', kB(wireBytes), '< 1000 kB'],
    ['JavaScript heap', kB(heap), '< 150000 kB'],
    ['the stream meanwhile', `${kB(rate)}/s`, ''],
    [`longest gap between frames, ${CHURN} changes/s, the room`, `${Math.round(quiet.longestMs)} ms of ${quiet.count} frames`, '< 100 ms'],
    [`the same, nearer`, `${Math.round(near.longestMs)} ms of ${near.count} frames`, '< 100 ms'],
    ['JavaScript heap at the end', kB(await heapBytes(session)), '< 150000 kB'],
  ])
} finally {
  await browser.close()
  server?.kill()
}

async function pretend() {
  const words = [`${HERE}../dev/fake.mjs`, '--nodes', NODES, '--churn', CHURN, '--port', PORT, '--dist', DIST]
  const child = spawn(process.execPath, words.map(String), { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((done) => child.stdout.once('data', done))
  return child
}

function print(rows) {
  console.log(`| ${NODES} nodes | measured | aim |\n| --- | --- | --- |`)
  for (const [what, measured, aim] of rows) console.log(`| ${what} | ${measured} | ${aim} |`)
}

function kB(bytes) {
  return `${(bytes / 1_000).toFixed(1)} kB`
}
