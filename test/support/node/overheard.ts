import { toBinary } from '@bufbuild/protobuf'
import type { Logger } from '../../../src/core/index.ts'
import type { Rounds } from '../../../src/node/index.ts'
import { messagesOf } from '../../../src/protocol/index.ts'
import { GossipMessageSchema } from '../../../src/protocol/gen/quorate/v1/messages_pb.ts'
import { toWire } from '../../../src/protocol/wire.ts'

/** What nodes said: every message of their rounds as bytes on the wire, and every line of their logs. */
export class Overheard {
  readonly #messages = new Map<string, Buffer>()
  readonly lines: string[] = []
  readonly logger: Logger = this.#loggerOf({})

  /** Messages, each once. */
  get messages(): Buffer[] {
    return [...this.#messages.values()]
  }

  listen(rounds: Pick<Rounds, 'onChange'>): void {
    rounds.onChange((state) => {
      for (const message of messagesOf(state)) {
        const bytes = Buffer.from(toBinary(GossipMessageSchema, toWire(message)))
        this.#messages.set(bytes.toString('base64'), bytes)
      }
    })
  }

  #loggerOf(bindings: Record<string, unknown>): Logger {
    const write = (fields: Record<string, unknown>, message: string): void =>
      void this.lines.push(JSON.stringify({ ...bindings, ...fields, message }, (_, value: unknown) => plain(value)))
    return { debug: write, info: write, warn: write, error: write, child: (more) => this.#loggerOf({ ...bindings, ...more }) }
  }
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  return ArrayBuffer.isView(value) ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex') : value
}
