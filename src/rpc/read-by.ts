import { setTimeout as timer } from 'node:timers'
import { ResponderBuilder, ServerInterceptingCall, ServerListenerBuilder } from '@grpc/grpc-js'
import type { ServerInterceptingCallInterface, ServerInterceptor } from '@grpc/grpc-js'

/**
 * Tells of the caller (`host:port`) that leaves an answer unread for `ms`: grpc-js keeps the answers of a closed HTTP/2 window for as
 * long as its caller likes.
 */
export function readBy(ms: number, onUnread: (peer: string) => void): ServerInterceptor {
  return (_method, call) => new ReadByCall(call, ms, onUnread)
}

class ReadByCall extends ServerInterceptingCall {
  readonly #ms: number
  readonly #onUnread: () => void
  readonly #unread: { timer?: NodeJS.Timeout }

  constructor(call: ServerInterceptingCallInterface, ms: number, onUnread: (peer: string) => void) {
    const unread: { timer?: NodeJS.Timeout } = {}
    const listener = new ServerListenerBuilder().withOnCancel(() => clearTimeout(unread.timer)).build()
    super(call, new ResponderBuilder().withStart((next) => next(listener)).build())
    const peer = call.getPeer()
    this.#ms = ms
    this.#onUnread = () => onUnread(peer)
    this.#unread = unread
  }

  override sendMessage(message: unknown, callback: () => void): void {
    clearTimeout(this.#unread.timer)
    this.#unread.timer = timer(this.#onUnread, this.#ms).unref()
    super.sendMessage(message, () => {
      clearTimeout(this.#unread.timer)
      callback()
    })
  }
}
