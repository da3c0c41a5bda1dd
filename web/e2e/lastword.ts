// The program under test: a demo, or simulated machines with a server that can be killed; and its command line.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const BIN = process.env['LASTWORD_BIN']
/** How long the program may take to begin. */
const BEGIN_MS = 60_000

export interface House {
  readonly url: string
  readonly token: string
  /** Where the simulation is changed. */
  readonly control: string
  readonly stop: () => Promise<void>
}

export interface Crashing extends House {
  readonly kill: () => Promise<void>
  readonly start: () => Promise<void>
}

export function bin(): string {
  if (!BIN) throw new Error('LASTWORD_BIN names no program: build lastword and say where it is')
  return BIN
}

/** `lastword demo`, with nobody but the tests in it. */
export async function demo(nodes: number, more: readonly string[] = ['--quiet']): Promise<House> {
  const child = spawn(bin(), ['demo', '--nodes', String(nodes), ...more], { stdio: ['ignore', 'pipe', 'inherit'] })
  const banner = await said(child, /TOKEN_FILE=(\S+)[^]*sim set.*\n/)
  const url = /LASTWORD_SERVER=(\S+)/.exec(banner)?.[1] ?? 'http://127.0.0.1:7473'
  const token = readFileSync(/TOKEN_FILE=(\S+)/.exec(banner)![1]!, 'utf8').trim()
  const control = /--control (\S+)/.exec(banner)?.[1] ?? '127.0.0.1:7474'
  return { url, token, control, stop: () => ended(child, 'SIGINT') }
}

/** Simulated machines and a server apart from them, that can be killed and started again at the same place. */
export async function crashing(nodes: number, edit: (inventory: string) => string = (text) => text): Promise<Crashing> {
  const folder = mkdtempSync(join(tmpdir(), 'lastword-web-'))
  const [controlPort, bmcs] = [await freePort(), await freePort()]
  const control = `127.0.0.1:${controlPort}`
  const words = ['sim', '--nodes', String(nodes), '--dir', folder, '--listen', `127.77.0.1:${bmcs}`, '--control', control]
  const sim = spawn(bin(), words, { stdio: ['ignore', 'ignore', 'inherit'] })
  const end = async () => {
    await ended(sim, 'SIGINT')
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const inventory = join(folder, 'inventory.toml')
    await until(() => readable(inventory))
    writeFileSync(inventory, edit(readFileSync(inventory, 'utf8')))
    const server = await served(folder)
    return { ...server, control, stop: () => server.stop().then(end) }
  } catch (error) {
    await end()
    throw error
  }
}

/** A server over the `inventory.toml` of a folder, that keeps its journal there. */
export async function served(folder: string): Promise<Crashing> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const data = join(folder, 'data')
  const words = ['serve', '--inventory', join(folder, 'inventory.toml'), '--data', data, '--listen', `127.0.0.1:${port}`]
  let server: ChildProcess
  const kill = () => ended(server, 'SIGKILL')
  const start = async () => {
    const child = spawn(bin(), words, { stdio: ['ignore', 'ignore', 'pipe'] })
    let complaint = ''
    child.stderr.on('data', (piece: Buffer) => (complaint = (complaint + piece.toString()).slice(-2_000)))
    server = child
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`the server ended: ${complaint}`)
      return (await fetch(`${url}/readyz`).catch(() => undefined))?.ok
    })
  }
  await start()
  const token = readFileSync(join(data, 'admin.token'), 'utf8').trim()
  return { url, token, control: '', stop: kill, kill, start }
}

/** Runs the command line; the answer is its exit code and what it said. */
export function cli(house: House, words: readonly string[], token = house.token): { code: number | null; text: string } {
  const env = { ...process.env, LASTWORD_SERVER: house.url, LASTWORD_TOKEN: token, NO_COLOR: '1' }
  const ran = spawnSync(bin(), words, { env, encoding: 'utf8', timeout: 60_000 })
  return { code: ran.status, text: ran.stdout + ran.stderr }
}

/** Runs a line as somebody would who pasted it into a terminal. */
export function shell(house: House, line: string): { code: number | null; text: string } {
  const PATH = `${dirname(bin())}:${process.env['PATH']}`
  const env = { ...process.env, PATH, LASTWORD_SERVER: house.url, LASTWORD_TOKEN: house.token, NO_COLOR: '1' }
  const ran = spawnSync('sh', ['-c', line], { env, encoding: 'utf8', timeout: 60_000 })
  return { code: ran.status, text: ran.stdout + ran.stderr }
}

/** Lets simulated machines behave differently from now on. */
export function behave(house: House, nodes: string, faults: string): void {
  const { code, text } = cli(house, ['sim', 'set', nodes, faults, '--control', house.control])
  if (code !== 0) throw new Error(text)
}

/** Makes a token and returns its text. */
export function newToken(house: House, name: string, role: string, more: readonly string[] = []): string {
  const { code, text } = cli(house, ['token', 'create', name, '--role', role, ...more])
  if (code !== 0) throw new Error(text)
  return text.split('\n').find((line) => line.startsWith('lw_'))!.trim()
}

export async function ask<T>(house: House, path: string): Promise<T> {
  const response = await fetch(house.url + path, { headers: { authorization: `Bearer ${house.token}` } })
  return (await response.json()) as T
}

/** Waits until something is so, and fails loudly if it never is. */
export async function until<T>(look: () => T | Promise<T>, ms = BEGIN_MS): Promise<NonNullable<T>> {
  const end = Date.now() + ms
  for (;;) {
    const found = await look()
    if (found) return found
    if (Date.now() > end) throw new Error(`it did not come true within ${ms} ms: ${look.toString()}`)
    await new Promise((done) => setTimeout(done, 50))
  }
}

function said(child: ChildProcess, words: RegExp): Promise<string> {
  return new Promise((done, fail) => {
    let text = ''
    child.stdout!.on('data', (piece: Buffer) => {
      if (text.length < 100_000) text += piece.toString()
      if (words.test(text)) done(text)
    })
    child.on('exit', (code) => fail(new Error(`lastword ended with ${code}: ${text}`)))
  })
}

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((done) => {
    child.on('exit', () => done())
    child.kill(signal)
  })
}

function readable(path: string): boolean {
  try {
    return readFileSync(path, 'utf8').length > 0
  } catch {
    return false
  }
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => done(port))
    })
  })
}
