import { timingSafeEqual } from 'node:crypto'
import { Metadata, Server, ServerCredentials, logVerbosity, setLogVerbosity, status } from '@grpc/grpc-js'
import type {
  ServerReadableStream,
  ServerUnaryCall,
  ServerWritableStream,
  StatusObject,
  UntypedServiceImplementation,
  sendUnaryData,
} from '@grpc/grpc-js'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import type { DescMessage, DescMethod, MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import { ERRORS } from '../../core/error-codes.ts'
import { QuorateError, isQuorateError } from '../../core/errors.ts'
import { TrainerService } from '../../protocol/gen/quorate/v1/trainer_pb.ts'

/** Largest message, bytes: a frame is below 2 MiB, and the list of tensors of a large model, too. */
const MESSAGE_BYTES = 16 * 1024 * 1024
/** Bytes that may be on their way to one call: the default of 64 KiB makes frames wait for each other. */
const WINDOW_BYTES = 8 * 1024 * 1024

type Input<M extends DescMethod> = MessageShape<M['input']>
type Output<M extends DescMethod> = MessageInitShape<M['output']>
type Methods = typeof TrainerService.method

/** What serves the calls of one program. The signal aborts when the caller is gone. */
export interface TrainerHandlers {
  attach(request: Input<Methods['attach']>, signal: AbortSignal): AsyncIterable<Output<Methods['attach']>>
  next(request: Input<Methods['next']>, signal: AbortSignal): Promise<Output<Methods['next']>>
  pull(request: Input<Methods['pull']>, signal: AbortSignal): AsyncIterable<Output<Methods['pull']>>
  push(parts: AsyncIterable<Input<Methods['push']>>, signal: AbortSignal): Promise<Output<Methods['push']>>
  progress(request: Input<Methods['progress']>, signal: AbortSignal): Promise<Output<Methods['progress']>>
}

type Raw = Uint8Array
/** What all kinds of calls have in common here. */
interface Call {
  metadata: Metadata
  on(event: 'cancelled', listener: () => void): unknown
}
type Handler = (request: unknown, signal: AbortSignal) => unknown

/**
 * Serves the trainer protocol on a Unix socket. Who may open the socket's folder and knows the token may call.
 *
 * @param handlersOf the handlers of the program with a token; undefined for a token that nobody was given
 */
export class TrainerServer {
  readonly #server: Server
  readonly #handlersOf: (token: string) => TrainerHandlers | undefined

  constructor(handlersOf: (token: string) => TrainerHandlers | undefined) {
    // Messages of grpc-js arrive as errors; stderr belongs to the node.
    if (!process.env['GRPC_VERBOSITY'] && !process.env['GRPC_TRACE']) setLogVerbosity(logVerbosity.NONE)
    this.#handlersOf = handlersOf
    this.#server = new Server({
      'grpc.max_receive_message_length': MESSAGE_BYTES,
      'grpc.max_send_message_length': MESSAGE_BYTES,
      'grpc-node.flow_control_window': WINDOW_BYTES,
      'grpc.enable_channelz': 0,
    })
    const methods = Object.entries(TrainerService.method as Record<string, DescMethod>)
    this.#server.addService(
      Object.fromEntries(methods.map(([name, method]) => [name, definitionOf(method)])),
      Object.fromEntries(methods.map(([name, method]) => [name, this.#serve(name, method)])) as UntypedServiceImplementation,
    )
  }

  async listen(socket: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (error) => (error ? reject(error) : resolve()))
    })
  }

  /** Cuts every call: programs see the end of their session. */
  close(): void {
    this.#server.forceShutdown()
  }

  #serve(name: string, method: DescMethod) {
    switch (method.methodKind) {
      case 'unary':
        return (call: ServerUnaryCall<Raw, Raw>, respond: sendUnaryData<Raw>): void => {
          this.#run(call, async (handlers, signal) => handlers[name]!(decode(method.input, call.request), signal)).then(
            (answer) => respond(null, encode(method.output, answer as MessageInitShape<DescMessage>)),
            (error: unknown) => respond(statusOf(error)),
          )
        }
      case 'client_streaming':
        return (call: ServerReadableStream<Raw, Raw>, respond: sendUnaryData<Raw>): void => {
          this.#run(call, async (handlers, signal) => handlers[name]!(decoded(method.input, call), signal)).then(
            (answer) => respond(null, encode(method.output, answer as MessageInitShape<DescMessage>)),
            (error: unknown) => respond(statusOf(error)),
          )
        }
      case 'server_streaming':
        return (call: ServerWritableStream<Raw, Raw>): void => {
          this.#run(call, async (handlers, signal) => {
            const answers = handlers[name]!(decode(method.input, call.request), signal)
            for await (const answer of answers as AsyncIterable<MessageInitShape<DescMessage>>) {
              if (signal.aborted) return
              if (!call.write(encode(method.output, answer))) await drained(call, signal)
            }
          }).then(
            () => call.end(),
            // How grpc-js takes the status of a stream.
            (error: unknown) => call.emit('error', statusOf(error)),
          )
        }
      default:
        throw new TypeError(`${method.name} is ${method.methodKind}, which this server does not serve`)
    }
  }

  /** Everything around a handler: the token, and the signal of a caller that is gone. */
  async #run<T>(call: Call, body: (handlers: Record<string, Handler>, signal: AbortSignal) => Promise<T>): Promise<T> {
    const [given] = call.metadata.get('authorization')
    const handlers = this.#handlersOf(/^Bearer (.+)$/.exec(String(given ?? ''))?.[1] ?? '')
    if (!handlers) throw new QuorateError('SESSION_EXPIRED', 'the token is not that of the program that this node started')
    const gone = new AbortController()
    call.on('cancelled', () => gone.abort(new QuorateError('CANCELLED', 'the program ended the call')))
    return body(handlers as unknown as Record<string, Handler>, gone.signal)
  }
}

/** Compares in a time that does not tell where two tokens differ. */
export function sameToken(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

/** grpc-js moves bytes only: messages are coded where an error can still get a code. */
function definitionOf(method: DescMethod) {
  const asBuffer = (bytes: Raw): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    requestStream: method.methodKind === 'client_streaming',
    responseStream: method.methodKind === 'server_streaming',
    requestSerialize: asBuffer,
    requestDeserialize: (bytes: Buffer): Raw => bytes,
    responseSerialize: asBuffer,
    responseDeserialize: (bytes: Buffer): Raw => bytes,
  }
}

function decode<Schema extends DescMessage>(schema: Schema, bytes: Raw): MessageShape<Schema> {
  try {
    return fromBinary(schema, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  } catch (cause) {
    throw new QuorateError('MESSAGE_MALFORMED', `the bytes do not decode as ${schema.typeName}`, { cause })
  }
}

async function* decoded<Schema extends DescMessage>(
  schema: Schema,
  call: ServerReadableStream<Raw, Raw>,
): AsyncGenerator<MessageShape<Schema>> {
  for await (const bytes of call as AsyncIterable<Raw>) yield decode(schema, bytes)
}

function encode<Schema extends DescMessage>(schema: Schema, fields: MessageInitShape<Schema>): Raw {
  return toBinary(schema, create(schema, fields))
}

async function drained(call: ServerWritableStream<Raw, Raw>, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      call.off('drain', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    call.once('drain', done)
    signal.addEventListener('abort', done)
  })
}

function statusOf(error: unknown): StatusObject {
  const known = isQuorateError(error)
    ? error
    : new QuorateError('INTERNAL', `the node failed: ${String(error)}`, { cause: error })
  const metadata = new Metadata()
  metadata.set('quorate-code', known.code)
  const details = `${known.message}. ${known.advice}`.slice(0, 1000)
  return { code: status[ERRORS[known.code].grpc], details, metadata }
}
