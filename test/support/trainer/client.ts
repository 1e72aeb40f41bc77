import { Client, Metadata, credentials } from '@grpc/grpc-js'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import type { DescMethod, MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import { TrainerService } from '../../../src/protocol/gen/quorate/v1/trainer_pb.ts'

/** The smallest client of the trainer protocol, for child programs of tests. */
export class TrainerClient {
  readonly #client = new Client(`unix:${process.env['QUORATE_SOCKET']}`, credentials.createInsecure())
  readonly #metadata = new Metadata()

  constructor(token = process.env['QUORATE_TOKEN']) {
    this.#metadata.set('authorization', `Bearer ${token}`)
  }

  async next(kinds: MessageInitShape<typeof TrainerService.method.next.input>['kinds'] = []) {
    return this.#unary(TrainerService.method.next, { kinds })
  }

  async progress(fields: MessageInitShape<typeof TrainerService.method.progress.input>) {
    return this.#unary(TrainerService.method.progress, fields)
  }

  /** Resolves when the session ends, with the reason. */
  async attach(onNotice: (ending: number) => void = () => {}): Promise<string> {
    const { input, output } = TrainerService.method.attach
    const stream = this.#client.makeServerStreamRequest(
      path(TrainerService.method.attach),
      (request: MessageInitShape<typeof input>) => Buffer.from(toBinary(input, create(input, request))),
      (bytes) => fromBinary(output, new Uint8Array(bytes)),
      { client: 'test', pid: process.pid },
      this.#metadata,
    )
    return new Promise((resolve) => {
      stream.on('data', (notice: MessageShape<typeof output>) => onNotice(notice.ending))
      stream.on('error', (error) => resolve(error.message))
      stream.on('end', () => resolve('the stream ended'))
    })
  }

  /** The weights as they come: one array per tensor. */
  async pull(job: bigint, sizes: readonly number[]): Promise<Float32Array[]> {
    const { input, output } = TrainerService.method.pull
    const stream = this.#client.makeServerStreamRequest(
      path(TrainerService.method.pull),
      (request: MessageInitShape<typeof input>) => Buffer.from(toBinary(input, create(input, request))),
      (bytes) => fromBinary(output, new Uint8Array(bytes)),
      { job },
      this.#metadata,
    )
    const tensors = sizes.map((size) => new Float32Array(size))
    for await (const { frame } of stream as AsyncIterable<MessageShape<typeof output>>)
      new Uint8Array(tensors[frame!.tensor]!.buffer).set(frame!.data, Number(frame!.offset))
    return tensors
  }

  async push(parts: readonly MessageInitShape<typeof TrainerService.method.push.input>[]) {
    const { input, output } = TrainerService.method.push
    return new Promise<MessageShape<typeof output>>((resolve, reject) => {
      const stream = this.#client.makeClientStreamRequest(
        path(TrainerService.method.push),
        (request: MessageInitShape<typeof input>) => Buffer.from(toBinary(input, create(input, request))),
        (bytes) => fromBinary(output, new Uint8Array(bytes)),
        this.#metadata,
        (error, answer) => (error ? reject(error) : resolve(answer!)),
      )
      for (const part of parts) stream.write(part)
      stream.end()
    })
  }

  close(): void {
    this.#client.close()
  }

  async #unary<M extends DescMethod>(method: M, fields: MessageInitShape<M['input']>): Promise<MessageShape<M['output']>> {
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        path(method),
        (request: MessageInitShape<M['input']>) => Buffer.from(toBinary(method.input, create(method.input, request))),
        (bytes) => fromBinary(method.output, new Uint8Array(bytes)) as MessageShape<M['output']>,
        fields,
        this.#metadata,
        (error, answer) => (error ? reject(error) : resolve(answer!)),
      )
    })
  }
}

function path(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`
}
