import { connectivityState } from '@grpc/grpc-js'
import type { Client } from '@grpc/grpc-js'

/**
 * A gRPC client whose channel is replaced when it does not connect.
 *
 * grpc-js reconnects by itself, but it waits without end for a server that accepted the connection and then says nothing: for a TLS handshake
 * that never ends, or for the first frame of HTTP/2. It never hears of a connection that was cut before TLS began, either (grpc-js 1.14).
 * So a channel that is not connected `connectMs` after a call found it so is closed, with the calls that wait for it, and the next call has a new one.
 *
 * @example
 * const connection = new Connection(() => new Client(address, credentials), 20_000)
 * connection.client.makeUnaryRequest(…)
 */
export class Connection {
  readonly #open: () => Client
  readonly #connectMs: number
  #client: Client
  #patience: NodeJS.Timeout | undefined

  /** @param connectMs how long a channel may take to connect */
  constructor(open: () => Client, connectMs: number) {
    this.#open = open
    this.#connectMs = connectMs
    this.#client = open()
  }

  /** The client to make a call with now. */
  get client(): Client {
    if (!this.#isConnected()) this.#patience ??= setTimeout(() => this.#replace(), this.#connectMs).unref()
    return this.#client
  }

  close(): void {
    clearTimeout(this.#patience)
    this.#client.close()
  }

  #isConnected(): boolean {
    return this.#client.getChannel().getConnectivityState(false) === connectivityState.READY
  }

  #replace(): void {
    this.#patience = undefined
    if (this.#isConnected()) return
    this.#client.close()
    this.#client = this.#open()
  }
}
