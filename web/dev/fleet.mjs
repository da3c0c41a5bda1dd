// The pretended fleet: racks of forty, operations that take a few seconds, the newest command wins. Nothing is real.

const RACK = 40
const AGE_LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const PHASE_LETTERS = { pending: 'p', reading: 'r', firing: 'f', confirming: 'c', 'backing-off': 'e', idle: '.' }
const PEOPLE = ['alice', 'bob', 'slurm', 'maas']
const ACTIONS = ['on', 'off', 'cycle', 'reset']

export class Fleet {
  constructor(size) {
    this.size = size
    this.seq = 100
    this.eventId = 1
    this.events = []
    this.holds = []
    this.given = new Map()
    this.open = new Set()
    const racks = Math.ceil(size / RACK)
    const digits = String(racks).length
    this.nodes = Array.from({ length: size }, (_, at) => {
      const rack = `r${String(Math.floor(at / RACK) + 1).padStart(digits, '0')}`
      const power = at % 53 === 7 ? 'unknown' : at % 3 === 0 ? 'off' : 'on'
      return { at, name: `${rack}n${String((at % RACK) + 1).padStart(2, '0')}`, rack, power, seen: Date.now() - (at % 61 === 5 ? 4e6 : 1e3), phase: 'idle', attempt: 0, running: undefined, ended: '.', intents: [], tries: [] }
    })
    this.byName = new Map(this.nodes.map((node) => [node.name, node]))
  }

  takeEvents() {
    const events = this.events
    this.events = []
    return events
  }

  tell(event, nodes) {
    this.events.push({ at_ms: Date.now(), ...event, nodes: fold(nodes), count: nodes.length })
  }

  /** So many random changes, then a step of every open operation. */
  advance(changes) {
    const whole = Math.floor(changes) + (Math.random() < changes % 1 ? 1 : 0)
    if (whole > 20) this.flip(whole)
    else for (let n = 0; n < whole; n++) this.someone()
    for (const node of [...this.open]) this.step(node)
  }

  /** Many statuses at once, for measuring. */
  flip(changes) {
    const groups = { on: [], off: [] }
    for (let n = 0; n < changes; n++) {
      const node = this.nodes[Math.floor(Math.random() * this.size)]
      node.power = node.power === 'on' ? 'off' : 'on'
      node.seen = Date.now()
      groups[node.power].push(node)
    }
    for (const power of ['on', 'off']) this.tell({ kind: 'status', power, phase: 'idle' }, [...new Set(groups[power])])
  }

  someone() {
    const from = Math.floor(Math.random() * this.size)
    const nodes = this.nodes.slice(from, from + 1 + Math.floor(Math.random() * 6))
    const action = ACTIONS[Math.floor(Math.random() * ACTIONS.length)]
    this.give({ action, nodes: fold(nodes) }, PEOPLE[Math.floor(Math.random() * PEOPLE.length)], 'cli')
  }

  step(node) {
    const intent = node.running
    if (Math.random() < 0.75) return
    const dead = node.at % 53 === 7
    const next = { pending: 'reading', reading: 'firing', firing: 'confirming', confirming: 'done', 'backing-off': 'firing' }
    let phase = dead && node.phase === 'firing' ? 'backing-off' : next[node.phase]
    if (phase === 'firing') node.attempt++
    if (node.attempt > 4) phase = 'gave-up'
    const result = dead ? { end: "lost", cause: 'no answer within 5 s', took_ms: 5000 } : { end: "ok", took_ms: 12 + Math.round(Math.random() * 90) }
    node.tries.push({ at_ms: Date.now(), seq: intent.seq, driver: 'ipmi', asked: phase === "confirming" ? goalOf(intent.action) : "read", ...(dead ? {} : { power: node.power }), ...result })
    if (phase === 'done') return this.end(node, { outcome: 'confirmed' })
    if (phase === 'gave-up') return this.end(node, { outcome: 'failed', cause: `127.9.0.${node.at % 250}: no answer within 5 s, asked 4 times` })
    node.phase = phase
    this.tell({ kind: 'status', power: node.power, phase, seq: intent.seq, attempt: node.attempt }, [node])
  }

  end(node, outcome) {
    const intent = node.running
    if (outcome.outcome === 'confirmed') {
      node.power = goalOf(intent.action)
      node.seen = Date.now()
    }
    intent.state = { state: 'ended', ...outcome }
    intent.ended_at_ms = Date.now()
    node.ended = { confirmed: 'c', superseded: 's', failed: 'f', cancelled: 'x' }[outcome.outcome]
    node.running = undefined
    node.phase = 'idle'
    node.attempt = 0
    this.open.delete(node)
    this.tell({ kind: 'outcome', seq: intent.seq, ...outcome }, [node])
    this.tell({ kind: 'status', power: node.power, phase: 'idle' }, [node])
  }

  verdict(node, request, by) {
    const hold = this.holds.find((hold) => hold.names.has(node.name) && hold.by !== by)
    if (hold) return { does: 'held', holder: hold.by, reason: hold.reason, until_at_ms: hold.until_at_ms }
    const running = node.running
    if (running) {
      const whose = { seq: running.seq, by: running.by, door: running.door, action: running.action }
      return running.action === request.action ? { does: 'merge', ...whose } : { does: 'supersede', ...whose }
    }
    return { does: node.power === goalOf(request.action) && request.action.length < 4 ? 'already' : 'fire' }
  }

  give(request, by, door = 'web') {
    const nodes = names(request.nodes).map((name) => this.byName.get(name)).filter(Boolean)
    const groups = new Map()
    for (const node of nodes) {
      const verdict = this.verdict(node, request, by)
      const key = JSON.stringify(verdict)
      if (!groups.has(key)) groups.set(key, { verdict, nodes: [] })
      groups.get(key).nodes.push(node)
    }
    const verdicts = [...groups.values()].map(({ verdict, nodes }) => ({ nodes: fold(nodes), count: nodes.length, ...verdict }))
    const answer = { dry_run: Boolean(request.dry_run), repeated: false, action: request.action, nodes: fold(nodes), count: nodes.length, accepted: nodes.length, verdicts }
    if (request.dry_run) return nodes.length > 16 && request.action !== 'on' ? { ...answer, confirm: nodes.length } : answer
    const seq = ++this.seq
    const { action, reason } = request
    this.given.set(seq, { seq, action, by, door, reason, accepted_at_ms: Date.now(), nodes, verdicts })
    this.tell({ kind: 'command', seq, action, by, door, reason }, nodes)
    for (const { verdict, nodes } of groups.values()) this.accept({ seq, action, by, door, reason }, verdict, nodes)
    return { ...answer, seq }
  }

  accept(command, verdict, nodes) {
    this.tell({ kind: 'verdict', seq: command.seq, verdict }, nodes)
    for (const node of nodes) {
      const intent = { ...command, accepted_at_ms: Date.now(), state: { state: 'running', phase: 'pending', attempt: 0 } }
      node.intents.push(intent)
      if (node.intents.length > 16) node.intents.shift()
      if (verdict.does === 'held') {
        intent.state = { state: 'refused', verdict }
        continue
      }
      if (verdict.does === 'merge') {
        intent.state = { state: 'ended', outcome: 'merged', into: verdict.seq, result: { outcome: 'confirmed' } }
        continue
      }
      if (node.running) this.end(node, { outcome: 'superseded', by: command })
      Object.assign(node, { running: intent, phase: 'pending', attempt: 0 })
      this.open.add(node)
    }
  }

  withdraw({ nodes, seq }, by) {
    const found = names(nodes).map((name) => this.byName.get(name)).filter((node) => node?.running && (!seq || node.running.seq === seq))
    for (const node of found) this.end(node, { outcome: 'cancelled', by: { seq: ++this.seq, by } })
    return { count: found.length, withdrawn: [], refused: [] }
  }

  hold({ nodes, reason, for_ms }, by) {
    const now = Date.now()
    const hold = { seq: ++this.seq, nodes, count: names(nodes).length, by, door: 'web', reason, since_at_ms: now, until_at_ms: now + for_ms, names: new Set(names(nodes)) }
    this.holds.push(hold)
    this.tell({ kind: 'hold', holder: by, reason, until_at_ms: hold.until_at_ms }, [...hold.names].map((name) => this.byName.get(name)))
    return { seq: hold.seq, nodes, count: hold.count, refused: [] }
  }

  release({ nodes }) {
    this.holds = this.holds.filter((hold) => hold.nodes !== nodes)
    const ended = names(nodes).map((name) => this.byName.get(name))
    this.tell({ kind: 'hold' }, ended)
    return { nodes, count: ended.length, kept: [] }
  }

  snapshot() {
    const now = Date.now()
    const intents = [...this.given.values()].flatMap((command) => {
      const open = command.nodes.filter((node) => node.running?.seq === command.seq)
      return open.length === 0 ? [] : [{ ...command, nodes: fold(open), count: open.length, verdicts: undefined }]
    })
    const unknown = this.nodes.filter((node) => node.power === 'unknown')
    const racks = [...Map.groupBy ? Map.groupBy(this.nodes, (node) => node.rack) : grouped(this.nodes)]
    return {
      at_ms: now,
      seq: this.seq,
      cluster: 'fake',
      nodes: fold(this.nodes),
      count: this.size,
      power: this.nodes.map((node) => ({ on: '1', off: '0', unknown: '?' })[node.power]).join(''),
      age: this.nodes.map((node) => ageLetter(now - node.seen)).join(''),
      phase: this.nodes.map((node) => PHASE_LETTERS[node.phase]).join(''),
      attempt: this.open.size === 0 ? '' : this.nodes.map((node) => node.attempt.toString(36)).join(''),
      outcome: this.nodes.map((node) => node.ended).join(''),
      intents,
      waiting: [],
      unknown_because: [{ because: 'no answer within 5 s', nodes: fold(unknown), count: unknown.length }],
      holds: this.holds,
      labels: [{ label: 'rack', values: racks.map(([value, nodes]) => ({ value, nodes: fold(nodes), count: nodes.length })) }],
      protected: '',
    }
  }

  ages() {
    const now = Date.now()
    return { at_ms: now, count: this.size, age: this.nodes.map((node) => ageLetter(now - node.seen)).join('') }
  }

  groups() {
    const all = fold(this.nodes)
    return { nodes: all, count: this.size, groups: [{ group: 'first', nodes: fold(this.nodes.slice(0, RACK)), count: RACK }] }
  }

  circuits() {
    return [1, 2, 3].map((n) => ({ circuit: `pdu-${n}`, count: RACK, nodes: fold(this.nodes.slice((n - 1) * RACK, n * RACK)), starts: 8, within_ms: 10000, starting: 2 * n, waiting: n === 3 ? 4 : 0, watts: 400 * n, watts_max: 2000 }))
  }

  commands(limit) {
    const newest = [...this.given.values()].reverse().slice(0, limit)
    return { commands: newest.map((command) => ({ ...command, nodes: fold(command.nodes), count: command.nodes.length, verdicts: undefined, tally: this.tally(command) })) }
  }

  command(seq) {
    const command = this.given.get(seq)
    const states = command.nodes.map((node) => {
      const intent = node.intents.find((intent) => intent.seq === seq)
      const state = intent?.state ?? { state: 'ended', outcome: 'confirmed' }
      return { nodes: node.name, count: 1, ...(state.state === 'running' ? { ...state, phase: node.phase, attempt: node.attempt } : state) }
    })
    return { ...command, nodes: fold(command.nodes), count: command.nodes.length, deadline_ms: 1, policy: 'supersede', open: states.filter(({ state }) => state === 'running').length, states }
  }

  tally(command) {
    const tally = { open: 0, refused: 0, confirmed: 0, superseded: 0, cancelled: 0, failed: 0, uncertain: 0 }
    for (const node of command.nodes) {
      const state = node.intents.find((intent) => intent.seq === command.seq)?.state
      const word = state?.state === 'running' ? 'open' : state?.state === 'refused' ? 'refused' : (state?.result ?? state)?.outcome
      tally[word ?? 'confirmed']++
    }
    return tally
  }

  node(name, what) {
    const node = this.byName.get(name)
    if (what === 'history') return { node: name, intents: node.intents.map((intent) => (intent.state.state === 'running' ? { ...intent, state: { ...intent.state, phase: node.phase, attempt: node.attempt } } : intent)) }
    if (what === 'tries') return { node: name, tries: node.tries.slice(-60) }
    const document = { node: name, power: node.power, observed_at_ms: node.seen, age_ms: Date.now() - node.seen, labels: { rack: node.rack }, newest: node.intents.at(-1)?.seq ?? 0, holds: [] }
    if (what !== 'why') return document
    const doing = node.running ? `${node.running.by} asked ${node.running.action} (#${node.running.seq}); ${node.phase}, try ${node.attempt}` : 'nothing is being done with it'
    return { sentence: `${name} is ${node.power}; ${doing}.`, node: document, agent: 'agent-1' }
  }

  ready() {
    return { ready: true, caught_up: true, led: true, writable: true, seq: this.seq, head: this.seq }
  }
}

function goalOf(action) {
  return action === 'off' || action === 'soft' ? 'off' : 'on'
}

function ageLetter(ms) {
  const seconds = Math.max(0, ms / 1000)
  const at = seconds <= 10 ? Math.floor(seconds) : Math.floor(10 + Math.log(seconds / 10) / Math.log(1.25))
  return AGE_LETTERS[Math.min(AGE_LETTERS.length - 1, at)]
}

function grouped(nodes) {
  const racks = new Map()
  for (const node of nodes) racks.set(node.rack, [...(racks.get(node.rack) ?? []), node])
  return racks
}

/** Names folded rack by rack; nodes are handed over in any order. */
function fold(nodes) {
  const racks = new Map()
  for (const node of [...nodes].sort((left, right) => left.at - right.at)) {
    const numbers = racks.get(node.rack) ?? []
    numbers.push(node.name.slice(node.rack.length + 1))
    racks.set(node.rack, numbers)
  }
  return [...racks].map(([rack, numbers]) => (numbers.length === 1 ? `${rack}n${numbers[0]}` : `${rack}n[${ranges(numbers)}]`)).join(',')
}

function ranges(numbers) {
  const runs = []
  for (const number of numbers) {
    const last = runs.at(-1)
    if (last && Number(last[1]) + 1 === Number(number)) last[1] = number
    else runs.push([number, number])
  }
  return runs.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(',')
}

/** The names of a folded text, several brackets in an item included. */
function names(text) {
  return text.split(/,(?![^[]*\])/).flatMap((item) => product(item.trim()))
}

function product(item) {
  const found = /^([^[]*)\[([^\]]*)\](.*)$/.exec(item)
  if (!found) return [item]
  const [, head, list, tail] = found
  const numbers = list.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-')
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, n) => String(Number(first) + n).padStart(first.length, '0'))
  })
  return numbers.flatMap((number) => product(tail).map((rest) => head + number + rest))
}
