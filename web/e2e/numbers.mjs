// The numbers of the page at a hundred thousand nodes, taken in a real browser. It judges none.
import { readdir, readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'

/** The size of the script as it goes over the wire. */
export async function scriptBytes(dist) {
  const files = (await readdir(`${dist}/assets`)).filter((name) => name.endsWith('.js'))
  const sizes = await Promise.all(files.map(async (name) => gzipSync(await readFile(`${dist}/assets/${name}`), { level: 9 }).length))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** Opens the page, signed in already, and measures from the navigation to the first painted fleet. */
export async function firstPaint(browser, url, token) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  await context.addInitScript((token) => sessionStorage.setItem('lastword.token', token), token)
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Network.enable')
  const wire = { bytes: 0 }
  const streams = new Set()
  // what ends is told with its size on the wire; the live stream does not end, and is not compressed
  session.on('Network.responseReceived', ({ requestId, response }) => {
    if (response.mimeType === 'text/event-stream') streams.add(requestId)
  })
  session.on('Network.dataReceived', ({ requestId, dataLength }) => (wire.bytes += streams.has(requestId) ? dataLength : 0))
  session.on('Network.loadingFinished', ({ encodedDataLength }) => (wire.bytes += encodedDataLength))
  await page.goto(`${url}/ui/`, { waitUntil: 'commit' })
  const paintedMs = await page.evaluate(
    () =>
      new Promise((done) => {
        const look = () => {
          const row = document.querySelector('.rows .row')
          const canvas = document.querySelector('.map-canvas')
          if (row && canvas && canvas.width > 300) requestAnimationFrame(() => done(performance.now()))
          else requestAnimationFrame(look)
        }
        look()
      }),
  )
  const wireBytes = wire.bytes
  await page.waitForTimeout(1_500)
  return { page, context, session, wire, paintedMs, wireBytes }
}

/** The gaps between frames for a while: how many, the longest, and how many changes the fleet took meanwhile. */
export async function frames(page, ms) {
  return page.evaluate(
    (ms) =>
      new Promise((done) => {
        const gaps = []
        const begin = performance.now()
        let last = begin
        const look = (now) => {
          gaps.push(now - last)
          last = now
          if (now - begin < ms) requestAnimationFrame(look)
          else done({ count: gaps.length, longestMs: Math.max(...gaps.slice(1)), over100: gaps.filter((gap) => gap > 100).length })
        }
        requestAnimationFrame(look)
      }),
    ms,
  )
}

/** The JavaScript heap after a collection, with what typed arrays hold. */
export async function heapBytes(session) {
  await session.send('HeapProfiler.enable')
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize, backingStorageSize = 0 } = await session.send('Runtime.getHeapUsage')
  return usedSize + backingStorageSize
}

