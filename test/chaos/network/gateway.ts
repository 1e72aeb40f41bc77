import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Net } from './net.ts'

export interface GatewayOptions {
  net: Net
  /** Where it listens. */
  port: number
  /** Where it leads. */
  target: number
  /** Whom it leads to, as rules call it. */
  to: string
  /** Who calls from a loopback address. */
  whois: (address: string) => string
  random: () => number
}

/** A way in to one program: every byte of every connection passes here and meets the rules of its link. */
export class Gateway implements AsyncDisposable {
  readonly #options: GatewayOptions
  readonly #server: Server
  readonly #connections = new Set<Connection>()
  readonly #forget: () => void

  private constructor(options: GatewayOptions) {
    this.#options = options
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket))
    this.#forget = options.net.onChange(() => {
      for (const connection of this.#connections) connection.obey()
    })
  }

  static async open(options: GatewayOptions): Promise<Gateway> {
    const gateway = new Gateway(options)
    gateway.#server.listen(options.port, '127.0.0.1')
    await once(gateway.#server, 'listening')
    return gateway
  }

  #accept(socket: Socket): void {
    const from = this.#options.whois(socket.remoteAddress ?? '')
    if (this.#options.net.effect(from, this.#options.to).cut) {
      socket.on('error', () => {})
      socket.resetAndDestroy()
      return
    }
    const connection = new Connection(this.#options, from, socket)
    this.#connections.add(connection)
    void connection.ended.then(() => this.#connections.delete(connection))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#forget()
    for (const connection of this.#connections) connection.reset()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

/** Two sockets, and what passes between them. */
class Connection {
  readonly ended: Promise<unknown>
  readonly #options: GatewayOptions
  readonly #from: string
  readonly #near: Socket
  readonly #far: Socket
  /** Fell silent for good. */
  #dead = false
  #wake = Promise.withResolvers<void>()

  constructor(options: GatewayOptions, from: string, near: Socket) {
    this.#options = options
    this.#from = from
    this.#near = near
    this.#far = connect({ port: options.target, host: '127.0.0.1', noDelay: true })
    this.ended = Promise.allSettled([this.#pump(near, this.#far), this.#pump(this.#far, near)])
  }

  /** The rules changed. */
  obey(): void {
    const effect = this.#effect()
    if (effect.cut) this.reset()
    if (effect.halfOpen) this.#dead = true
    this.#wake.resolve()
    this.#wake = Promise.withResolvers<void>()
  }

  reset(): void {
    this.#dead = false
    for (const socket of [this.#near, this.#far]) socket.resetAndDestroy()
    this.#wake.resolve()
  }

  #effect() {
    return this.#options.net.effect(this.#from, this.#options.to)
  }

  async #pump(source: Socket, target: Socket): Promise<void> {
    const closed = once(target, 'close').catch(() => {})
    target.on('error', () => {})
    try {
      for await (const piece of source as AsyncIterable<Buffer>) {
        for (;;) {
          const { stall } = this.#effect()
          if (!this.#dead && !stall) break
          await Promise.race([this.#wake.promise, closed])
          if (target.destroyed) return
        }
        const { delayMs = 0, bytesPerSecond, corrupt = 0 } = this.#effect()
        const wait = delayMs + (bytesPerSecond ? (piece.length * 1000) / bytesPerSecond : 0)
        if (wait > 0) await sleep(wait)
        if (corrupt > 0 && this.#options.random() < corrupt) {
          const at = Math.floor(this.#options.random() * piece.length)
          piece[at] = piece[at]! ^ (1 << Math.floor(this.#options.random() * 8))
        }
        if (target.destroyed) return
        if (!target.write(piece)) await Promise.race([once(target, 'drain').catch(() => {}), closed])
      }
      // The end travels as data does: a silent connection does not tell it.
      while (this.#dead && !target.destroyed) await Promise.race([this.#wake.promise, closed])
      target.end()
    } catch {
      if (!this.#dead) target.destroy()
    }
  }
}
