import { Client, credentials, Metadata } from '@grpc/grpc-js'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import type { DescMessage, DescMethod, MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import { QuorateError } from '../../core/errors.ts'
import { Ending, TrainerService } from '../../protocol/gen/quorate/v1/trainer_pb.ts'
import type { NextResponse, PullResponse, PushRequestSchema } from '../../protocol/gen/quorate/v1/trainer_pb.ts'
import type { JobKind } from '../../protocol/gen/quorate/v1/trainer_pb.ts'

type Methods = typeof TrainerService.method
const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
const asBytes = (bytes: Buffer): Uint8Array => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** As large as the server takes. */
const MESSAGE_BYTES = 16 * 1024 * 1024

/**
 * The node's side of the trainer protocol as a program in this language calls it (`proto/quorate/v1/trainer.proto`); `python/` has the same for Python.
 *
 * @example const client = TrainerClient.fromEnvironment()
 */
export class TrainerClient {
  readonly #client: Client
  readonly #metadata = new Metadata()

  constructor({ socket, token }: { socket: string; token: string }) {
    this.#client = new Client(`unix:${socket}`, credentials.createInsecure(), {
      'grpc.max_receive_message_length': MESSAGE_BYTES,
      'grpc.max_send_message_length': MESSAGE_BYTES,
    })
    this.#metadata.set('authorization', `Bearer ${token}`)
  }

  /** @throws QuorateError CONFIG_INVALID in a process that no node has started */
  static fromEnvironment(): TrainerClient {
    const { QUORATE_SOCKET: socket, QUORATE_TOKEN: token } = process.env
    if (!socket || !token) throw new QuorateError('CONFIG_INVALID', 'this program is started by a node, and no other way')
    return new TrainerClient({ socket, token })
  }

  /**
   * Tells the node that the program is there.
   *
   * @param onNotice hears that a job shall end
   * @param onGone hears that the node is gone
   */
  attach(name: string, onNotice: (notice: { job: bigint; ending: Ending }) => void, onGone: () => void): void {
    const { attach } = TrainerService.method
    const request = create(attach.input, { client: name, pid: process.pid })
    const call = this.#client.makeServerStreamRequest(
      pathOf(attach),
      (message: typeof request) => asBuffer(toBinary(attach.input, message)),
      (bytes: Buffer) => fromBinary(attach.output, asBytes(bytes)),
      request,
      this.#metadata,
    )
    call.on('data', (notice: MessageShape<Methods['attach']['output']>) => onNotice(notice))
    call.on('error', onGone)
    call.on('end', onGone)
  }

  /** Waits for work. */
  async next(kinds: JobKind[]): Promise<NextResponse> {
    return this.#unary(TrainerService.method.next, { kinds })
  }

  async progress(fields: MessageInitShape<Methods['progress']['input']>): Promise<Ending> {
    return (await this.#unary(TrainerService.method.progress, fields)).ending
  }

  /** The weights of a job as frames, where they lie in no file. */
  pull(job: bigint): AsyncIterable<PullResponse> {
    const { pull } = TrainerService.method
    return this.#client.makeServerStreamRequest(
      pathOf(pull),
      (message: MessageShape<typeof pull.input>) => asBuffer(toBinary(pull.input, message)),
      (bytes: Buffer) => fromBinary(pull.output, asBytes(bytes)),
      create(pull.input, { job }),
      this.#metadata,
    ) as AsyncIterable<PullResponse>
  }

  /** Sends a result: its head, and the frames after it. @returns false when nobody waits for it any more */
  async push(parts: Iterable<MessageInitShape<typeof PushRequestSchema>>): Promise<boolean> {
    const { push } = TrainerService.method
    return new Promise((resolve, reject) => {
      const call = this.#client.makeClientStreamRequest(
        pathOf(push),
        (message: MessageShape<typeof push.input>) => asBuffer(toBinary(push.input, message)),
        (bytes: Buffer) => fromBinary(push.output, asBytes(bytes)),
        this.#metadata,
        (error, answer) => (error ? reject(error) : resolve(answer!.taken)),
      )
      const send = async (): Promise<void> => {
        for (const part of parts) {
          if (call.write(create(push.input, part))) continue
          await new Promise<void>((drained) => {
            call.once('drain', () => drained())
          })
        }
        call.end()
      }
      send().catch(reject)
    })
  }

  close(): void {
    this.#client.close()
  }

  async #unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethod & { input: I; output: O },
    fields: MessageInitShape<I>,
  ): Promise<MessageShape<O>> {
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        pathOf(method),
        (message: MessageShape<I>) => asBuffer(toBinary(method.input, message)),
        (bytes: Buffer) => fromBinary(method.output, asBytes(bytes)),
        create(method.input, fields),
        this.#metadata,
        (error, answer) => (error ? reject(error) : resolve(answer!)),
      )
    })
  }
}

const pathOf = (method: DescMethod): string => `/${method.parent.typeName}/${method.name}`
