// A server that pretends, for work on the page and for measuring it: as many nodes as one likes, that change as often as
// one likes. It speaks the live stream and what the page asks, and is nobody's model of lastword: tests that say how
// lastword behaves run against lastword itself.
//
//   node dev/fake.mjs --nodes 2000 --churn 20 --port 7474
import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { fileURLToPath } from 'node:url'
import { Fleet } from './fleet.mjs'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }
const TOKENS = { lw_admin: 'admin', lw_operator: 'operator', lw_viewer: 'viewer' }
const TICK_MS = 200

const options = optionsOf(process.argv.slice(2))
const fleet = new Fleet(options.nodes)
const listeners = new Set()

createServer((request, response) => void route(request, response)).listen(options.port, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${options.port}/ui/#token=lw_admin`)
})
setInterval(() => {
  fleet.advance(options.churn * (TICK_MS / 1000))
  const events = fleet.takeEvents()
  for (const response of listeners) for (const event of events) frame(response, event.kind, event, `f-${fleet.eventId++}`)
}, TICK_MS)
setInterval(() => {
  for (const response of listeners) frame(response, 'ages', fleet.ages())
}, 30_000)

function optionsOf(words) {
  const options = { nodes: 2000, churn: 5, port: 7474, dist: join(HERE, '..', 'dist') }
  for (let at = 0; at < words.length; at += 2) {
    const name = words[at].slice(2)
    options[name] = name === 'dist' ? words[at + 1] : Number(words[at + 1])
  }
  return options
}

async function route(request, response) {
  const url = new URL(request.url, 'http://fake')
  if (url.pathname.startsWith('/ui')) return page(url.pathname, response)
  if (url.pathname === '/') return response.writeHead(307, { location: '/ui/' }).end()
  if (url.pathname === '/readyz') return json(response, 200, fleet.ready())
  const token = (request.headers.authorization ?? '').replace('Bearer ', '')
  const role = TOKENS[token]
  if (!role) return problem(response, 401, 'not-authenticated', 'no such token')
  const caller = { you: token.slice(3), role }
  if (url.pathname === '/api/v1/events') return listen(response, request)
  const body = request.method === 'POST' ? await bodyOf(request) : undefined
  try {
    const [status, document] = answer(request.method, url, body, caller)
    json(response, status, document)
  } catch (error) {
    if (!error.code) throw error
    problem(response, error.status, error.code, error.message, error.more)
  }
}

function answer(method, url, body, caller) {
  const path = url.pathname.replace('/api/v1', '')
  const node = /^\/nodes\/([^/]+)(?:\/(why|history|tries))?$/.exec(path)
  if (node) return [200, fleet.node(node[1], node[2])]
  const command = /^\/commands\/([0-9]+)$/.exec(path)
  if (command) return [200, fleet.command(Number(command[1]))]
  const write = method !== 'GET' && !(path === '/commands' && body?.dry_run)
  if (write && caller.role === 'viewer') throw refusal(403, 'role-forbids', `${caller.you} is a viewer: that needs an operator`)
  switch (`${method} ${path}`) {
    case 'GET /version':
      return [200, { version: '0.0.0', cluster: 'fake', nodes: fleet.size, confirm_over: 16, ...caller }]
    case 'GET /groups':
      return [200, fleet.groups()]
    case 'GET /clusters':
      return [200, { clusters: [{ cluster: 'fake', nodes: fleet.size, agent: 'agent-1', led_seq: 1 }] }]
    case 'GET /circuits':
      return [200, { circuits: fleet.circuits() }]
    case 'GET /commands':
      return [200, fleet.commands(Number(url.searchParams.get('limit') ?? 50))]
    case 'POST /commands':
      return [body.dry_run ? 200 : 202, fleet.give(body, caller.you)]
    case 'GET /holds':
      return [200, { holds: fleet.holds }]
    case 'POST /holds':
      return [200, fleet.hold(body, caller.you)]
    case 'POST /holds/release':
      return [200, fleet.release(body)]
    case 'POST /withdrawals':
      return [200, fleet.withdraw(body, caller.you)]
    case 'GET /tokens':
      return [200, { tokens: Object.values(TOKENS).map((role) => ({ name: role, role, prefix: 'lw_', created_at_ms: 0 })) }]
    default:
      throw refusal(404, 'not-found', `there is no ${path}`)
  }
}

function refusal(status, code, message, more = {}) {
  return Object.assign(new Error(message), { status, code, more })
}

function listen(response) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  frame(response, 'snapshot', fleet.snapshot(), `f-${fleet.eventId++}`)
  listeners.add(response)
  const beat = setInterval(() => response.write(':\n\n'), 10_000)
  response.on('close', () => {
    listeners.delete(response)
    clearInterval(beat)
  })
}

function frame(response, word, document, id) {
  response.write(`event: ${word}\n${id ? `id: ${id}\n` : ''}data: ${JSON.stringify(document)}\n\n`)
}

async function page(path, response) {
  const file = /\.[a-z]+$/.test(path) ? path.slice(4) : 'index.html'
  try {
    const bytes = gzipSync(await readFile(join(options.dist, file)))
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': TYPES[extname(file)] ?? 'text/plain', 'content-security-policy': POLICY })
    response.end(bytes)
  } catch {
    response.writeHead(404).end()
  }
}

async function bodyOf(request) {
  const pieces = []
  for await (const piece of request) pieces.push(piece)
  const text = Buffer.concat(pieces).toString()
  return text === '' ? {} : JSON.parse(text)
}

function json(response, status, document) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document))
}

function problem(response, status, code, detail, more = {}) {
  response.writeHead(status, { 'content-type': 'application/problem+json' })
  response.end(JSON.stringify({ type: 'about:blank', title: code, status, detail, code, ...more }))
}
