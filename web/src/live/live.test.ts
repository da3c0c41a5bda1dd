import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Link, STALE_MS, type LinkState } from './link'
import { FrameReader, type Frame } from './sse'

function read(pieces: readonly string[]): Frame[] {
  const frames: Frame[] = []
  const reader = new FrameReader((frame) => frames.push(frame))
  for (const piece of pieces) reader.feed(piece)
  return frames
}

const STREAM = ':\n\nevent: status\nid: L-7\ndata: {"a":\ndata: 1}\n\nid: L-8\ndata: x\n\n:beat\n\n'
const FRAMES = [
  { event: 'status', id: 'L-7', data: '{"a":\n1}' },
  { event: 'message', id: 'L-8', data: 'x' },
]

test('frames are the same however the bytes are cut', () => {
  expect(read([STREAM])).toEqual(FRAMES)
  expect(read([...STREAM])).toEqual(FRAMES)
  for (let at = 0; at < STREAM.length; at++) expect(read([STREAM.slice(0, at), STREAM.slice(at)])).toEqual(FRAMES)
})

test('lines may end in any of the three ways', () => {
  const text = 'event: a\r\ndata: 1\r\n\r\ndata: 2\r\r'
  const frames = [{ event: 'a', id: undefined, data: '1' }, { event: 'message', id: undefined, data: '2' }]
  expect(read([text])).toEqual(frames)
  expect(read([...text])).toEqual(frames)
})

test('an unfinished frame is not told', () => {
  expect(read(['data: 1\n'])).toEqual([])
})

beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => vi.useRealTimers())

/** A server whose streams a test writes and breaks. */
function server() {
  const streams: ReadableStreamDefaultController<Uint8Array>[] = []
  const requests: Record<string, string>[] = []
  const states: LinkState[] = []
  const frames: Frame[] = []
  const answer = { status: 200 }
  const link = new Link({
    url: '/events',
    headers: () => ({ authorization: 'Bearer x' }),
    onFrame: (frame) => frames.push(frame),
    onPiece: () => {},
    onState: (state) => states.push(state),
    fetch: ((_: string, init: RequestInit) => {
      requests.push(init.headers as Record<string, string>)
      if (answer.status < 0) {
        return new Promise((_, fail) => {
          init.signal?.addEventListener('abort', () => fail(new DOMException('aborted', 'AbortError')))
        })
      }
      if (answer.status === 0) return Promise.reject(new TypeError('failed'))
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => {
          streams.push(controller)
          init.signal?.addEventListener('abort', () => controller.error(new Error('aborted')))
        },
      })
      return Promise.resolve(new Response(answer.status === 200 ? body : '{"detail":"no"}', { status: answer.status }))
    }) as typeof fetch,
  })
  const say = async (text: string) => {
    streams.at(-1)!.enqueue(new TextEncoder().encode(text))
    await vi.advanceTimersByTimeAsync(0)
  }
  return { link, streams, requests, states, frames, answer, say }
}

test('after a break it goes on from the newest id', async () => {
  const { link, streams, requests, states, say } = server()
  link.open()
  await say('event: snapshot\nid: L-1\ndata: {}\n\nevent: ages\ndata: {}\n\n')
  expect(states.at(-1)).toEqual({ is: 'live' })
  streams[0]!.close()
  await vi.advanceTimersByTimeAsync(0)
  expect(states.at(-1)).toMatchObject({ is: 'lost' })
  await vi.advanceTimersByTimeAsync(600)
  expect(requests).toHaveLength(2)
  expect(requests[1]!['last-event-id']).toBe('L-1')
  link.close()
})

test('silence is said, and then the stream is opened anew', async () => {
  const { link, requests, states, say } = server()
  link.open()
  await say(':\n\n')
  await vi.advanceTimersByTimeAsync(STALE_MS + 1_500)
  expect(states.at(-1)).toEqual({ is: 'silent' })
  await say(':\n\n')
  expect(states.at(-1)).toEqual({ is: 'live' })
  await vi.advanceTimersByTimeAsync(47_000)
  expect(requests).toHaveLength(2)
  link.close()
})

test('tries are further and further apart, and begin at once when somebody is back', async () => {
  const { link, requests, answer } = server()
  answer.status = 0
  link.open()
  await vi.advanceTimersByTimeAsync(60_000)
  const tries = requests.length
  expect(tries).toBeGreaterThan(5)
  expect(tries).toBeLessThan(20)
  link.wake()
  await vi.advanceTimersByTimeAsync(0)
  expect(requests).toHaveLength(tries + 1)
  link.close()
})

test('a machine that slept opens the stream anew', async () => {
  const { link, requests, say } = server()
  link.open()
  await say(':\n\n')
  vi.setSystemTime(1_000_000 + 3_600_000)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(requests).toHaveLength(2)
  link.close()
})

test('an opening that nobody answers is given up and tried again', async () => {
  const { link, requests, states, answer } = server()
  answer.status = -1
  link.open()
  await vi.advanceTimersByTimeAsync(6_500)
  expect(states).toContainEqual(expect.objectContaining({ is: 'lost', because: 'no answer from the server' }))
  answer.status = 200
  await vi.advanceTimersByTimeAsync(1_000)
  expect(requests).toHaveLength(2)
  expect(states.at(-1)).toEqual({ is: 'opening' })
  link.close()
})

test('a page that nobody sees rests, and goes on from where it was', async () => {
  const { link, requests, states, say } = server()
  link.open()
  await say('id: L-4\ndata: {}\n\n')
  link.rest()
  await vi.advanceTimersByTimeAsync(3_600_000)
  expect(requests).toHaveLength(1)
  expect(states.at(-1)).toEqual({ is: 'resting' })
  link.wake()
  await vi.advanceTimersByTimeAsync(0)
  expect(requests[1]!['last-event-id']).toBe('L-4')
  link.close()
})

test('a token that is refused ends it', async () => {
  const { link, requests, states, answer } = server()
  answer.status = 401
  link.open()
  await vi.advanceTimersByTimeAsync(30_000)
  expect(states.at(-1)).toEqual({ is: 'refused' })
  expect(requests).toHaveLength(1)
  link.close()
})
