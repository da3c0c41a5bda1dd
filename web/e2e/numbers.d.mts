import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core'

export interface Painted {
  readonly page: Page
  readonly context: BrowserContext
  readonly session: CDPSession
  readonly wire: { bytes: number }
  readonly paintedMs: number
  readonly wireBytes: number
}

export function scriptBytes(dist: string): Promise<number>
export function firstPaint(browser: Browser, url: string, token: string): Promise<Painted>
export function frames(page: Page, ms: number): Promise<{ count: number; longestMs: number; over100: number }>
export function heapBytes(session: CDPSession): Promise<number>
