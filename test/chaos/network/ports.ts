import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Server } from 'node:net'

/** Below the range that the system gives to outgoing connections: a port stays free while its program is down. */
const FIRST = 12_000
const LAST = 32_000
/** Ports of one run, or a part of them. */
const BLOCK = 250

/**
 * Ports that nobody else listens on. A program may be down for a while, so a look at a port does not say whether it is in use: the range is cut into blocks, and a
 * run listens on the first port of each block it uses, until its end. Runs side by side never share a block.
 */
export class Ports implements AsyncDisposable {
  readonly #doors: Server[] = []
  #block: number
  #next = 0
  #end = 0

  /** @param start any number; runs that start together look better at different blocks first */
  constructor(start: number = process.pid) {
    this.#block = (start * 37) % Math.floor((LAST - FIRST) / BLOCK)
  }

  async take(): Promise<number> {
    for (;;) {
      if (this.#next >= this.#end) await this.#takeBlock()
      const port = this.#next++
      const server = await listen(port)
      if (!server) continue
      await close(server)
      return port
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#doors.splice(0).map(close))
  }

  async #takeBlock(): Promise<void> {
    const blocks = Math.floor((LAST - FIRST) / BLOCK)
    for (let tried = 0; tried < blocks; tried++) {
      const from = FIRST + (this.#block++ % blocks) * BLOCK
      const door = await listen(from)
      if (!door) continue
      door.unref()
      this.#doors.push(door)
      this.#next = from + 1
      this.#end = from + BLOCK
      return
    }
    throw new Error(`each block of ${BLOCK} ports between ${FIRST} and ${LAST} is in use: end other runs first`)
  }
}

async function listen(port: number): Promise<Server | undefined> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return server
  } catch {
    await close(server)
    return undefined
  }
}

async function close(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve))
}
