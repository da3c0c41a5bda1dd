// The network between the page and the server, that can go silent without breaking: as it does when a laptop sleeps.
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { House } from './lastword'

export interface Wire extends House {
  /** Nothing goes through any more, in either direction, and nobody is told. */
  readonly silence: () => void
  /** New connections go through; those that were silenced stay so. */
  readonly restore: () => void
}

export async function wire(house: House): Promise<Wire> {
  const { hostname, port } = new URL(house.url)
  const open = new Set<Socket>()
  let silent = false
  const server: Server = createServer((near) => {
    const far = connect(Number(port), hostname)
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('close', () => open.delete(socket))
      socket.on('error', () => [near, far].forEach((end) => end.destroy()))
    }
    if (silent) return
    near.pipe(far)
    far.pipe(near)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address() as { port: number }
  const silence = () => {
    silent = true
    for (const socket of open) socket.unpipe().pause()
  }
  const stop = async () => {
    for (const socket of open) socket.destroy()
    await new Promise((done) => server.close(done))
  }
  return { ...house, url: `http://127.0.0.1:${address.port}`, silence, restore: () => (silent = false), stop }
}
