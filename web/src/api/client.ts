// Asks the public interface. It keeps no state but the token.

import { readJson } from '../words/plain'
import type { Problem } from './types'

/** A request that was refused, or whose answer is not known. */
export class Refused extends Error {
  constructor(
    readonly problem: Problem,
    readonly status: number,
  ) {
    super(problem.detail)
  }

  get code(): Problem['code'] {
    return this.problem.code
  }
}

/** No answer: nobody knows whether the request arrived. */
export class NoAnswer extends Error {
  constructor() {
    super('no answer from the server')
  }
}

/** How often a request with a key is sent again when its answer did not come, and the pauses between. */
const AGAIN_MS = [400, 1_200, 3_000, 6_000]

/** So long an answer may take before it counts as none. Requests that wait on purpose say so. */
const ANSWER_MS = 20_000

type Query = Record<string, string | number | boolean | undefined>

export class Client {
  constructor(
    private readonly token: string,
    private readonly onUnauthorised: () => void = () => {},
  ) {}

  headers(): Record<string, string> {
    return { authorization: `Bearer ${this.token}`, 'lastword-door': 'web' }
  }

  get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
    return this.send('GET', path + queryText(query), undefined, {}, signal)
  }

  post<T>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<T> {
    return this.send('POST', path, body, headers)
  }

  delete<T>(path: string): Promise<T> {
    return this.send('DELETE', path, undefined)
  }

  /**
   * Asks for a change under a key: if no answer comes it is asked again under the same key, so that it is done once.
   * `onUnknown` is told of every try whose answer did not come.
   */
  async change<T>(path: string, body: unknown, key: string, onUnknown: () => void = () => {}): Promise<T> {
    for (const pause of AGAIN_MS) {
      try {
        return await this.post<T>(path, body, { 'idempotency-key': key })
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error
        onUnknown()
        await new Promise((done) => setTimeout(done, pause))
      }
    }
    return this.post<T>(path, body, { 'idempotency-key': key })
  }

  private async send<T>(
    method: string,
    path: string,
    body: unknown,
    extra: Record<string, string> = {},
    signal?: AbortSignal,
  ): Promise<T> {
    const headers: Record<string, string> = { accept: 'application/json', ...this.headers(), ...extra }
    if (body !== undefined) headers['content-type'] = 'application/json'
    const init: RequestInit = { method, headers, cache: 'no-store' }
    if (body !== undefined) init.body = JSON.stringify(body)
    const response = await inTime(path, init, signal)
    if (response.ok) return (await jsonOf<T>(response)) as T
    if (response.status === 401) this.onUnauthorised()
    throw new Refused(await problemOf(response), response.status)
  }
}

/** A fetch that ends with {@link NoAnswer} when nothing comes; what its caller ends throws as fetch does. */
async function inTime(path: string, init: RequestInit, signal: AbortSignal | undefined): Promise<Response> {
  const abort = new AbortController()
  const end = () => abort.abort()
  const late = setTimeout(end, ANSWER_MS)
  signal?.addEventListener('abort', end)
  try {
    return await fetch(path, { ...init, signal: abort.signal })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new NoAnswer()
  } finally {
    clearTimeout(late)
    signal?.removeEventListener('abort', end)
  }
}

/** What was answered; nothing if it is no JSON. */
async function jsonOf<T>(response: Response): Promise<T | undefined> {
  return response.text().then(readJson<T>).catch(() => undefined)
}

async function problemOf(response: Response): Promise<Problem> {
  const problem = await jsonOf<Problem>(response)
  if (problem && typeof problem.detail === 'string') return problem
  const detail = `the server answered ${response.status}`
  return { type: 'about:blank', title: detail, status: response.status, detail, code: 'other' }
}

function queryText(query: Query): string {
  const words = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) words.set(name, String(value))
  const text = words.toString()
  return text === '' ? '' : `?${text}`
}

/** A key that nobody else uses. */
export function freshKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** What to show of an error. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
