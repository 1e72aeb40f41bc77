import { isIP } from 'node:net'
import { Client, Metadata } from '@grpc/grpc-js'
import type { DescMessage, DescMethodServerStreaming, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import { isLoopback, QuorateError } from '../core/index.ts'
import type { Hash } from '../protocol/types.ts'
import { abortReason } from './abortable.ts'
import { TOKEN_KEY } from './admission.ts'
import { clockError } from './clock-error.ts'
import { decode, encode } from './codec.ts'
import { Connection } from './connection.ts'
import { connectionError } from './connection-error.ts'
import { errorOf } from './error-map.ts'
import type { RpcLimits } from './limits.ts'
import { pinnedCredentials } from './pinned-credentials.ts'
import { quietGrpc } from './quiet-grpc.ts'
import { methodPath } from './service-definition.ts'

export interface TransportOptions {
  /** `host:port` */
  address: string
  /** PEM */
  ca: string
  limits: RpcLimits
}

export interface TransportCall {
  token?: string
  signal?: AbortSignal
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
const asIs = (bytes: Buffer): Uint8Array => bytes

/**
 * One TLS connection that carries typed calls: protobuf messages in and out, a signal on each, errors as QuorateError.
 * It reconnects by itself; a call made while there is no connection fails with COORDINATOR_UNREACHABLE or CERTIFICATE_UNTRUSTED.
 */
export class RpcTransport {
  readonly #connection: Connection
  readonly #limits: RpcLimits
  readonly #address: string
  readonly #ca: string
  #certificate: Hash | undefined
  /** Ends a running call. */
  readonly #running = new Set<() => void>()
  #closed = false

  constructor({ address, ca, limits }: TransportOptions) {
    this.#limits = limits
    this.#address = address
    this.#ca = ca
    const host = address.slice(0, address.lastIndexOf(':')).replaceAll(/[[\]]/g, '')
    const credentials = pinnedCredentials(ca, host, (certificate) => (this.#certificate = certificate))
    quietGrpc()
    const channel = {
      // RFC 6066 forbids an address as the server name, and Node warns about it.
      ...(isIP(host) ? { 'grpc.ssl_target_name_override': 'coordinator' } : {}),
      'grpc.max_receive_message_length': limits.maxResponseBytes,
      'grpc.initial_reconnect_backoff_ms': limits.backoffMs,
      'grpc.max_reconnect_backoff_ms': limits.maxBackoffMs,
      'grpc.keepalive_time_ms': limits.keepaliveMs,
      'grpc.keepalive_timeout_ms': limits.keepaliveTimeoutMs,
      // One connection per client, gone with `close`; no TXT look-ups for a service configuration nobody publishes.
      'grpc.use_local_subchannel_pool': 1,
      'grpc.service_config_disable_resolution': 1,
      // A proxy for the outside world must not be asked for this machine.
      'grpc.enable_http_proxy': isLoopback(host) ? 0 : 1,
    }
    this.#connection = new Connection(() => new Client(address, credentials, channel), limits.connectMs)
  }

  /** SHA-256 of the certificate that the server presented last; undefined before the first connection. */
  get certificate(): Hash | undefined {
    return this.#certificate
  }

  async unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    { token, signal }: TransportCall,
  ): Promise<MessageShape<O>> {
    this.#check(signal)
    const bytes = encode(method.input, request, this.#limits.maxRequestBytes)
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
    const deadline = Date.now() + this.#limits.callSeconds * 1000
    const call = this.#connection.client.makeUnaryRequest(
      methodPath(method),
      asBuffer,
      asIs,
      bytes,
      metadataFor(token),
      { deadline },
      (error, answer) => (error ? reject(error) : resolve(answer!)),
    )
    const leave = this.#enter(() => call.cancel(), signal)
    try {
      return decode(method.output, await promise)
    } catch (error) {
      throw this.#translate(error, signal)
    } finally {
      leave()
    }
  }

  /** Messages as they come; leaving the iteration cancels the call. */
  async *stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodServerStreaming<I, O>,
    request: MessageInitShape<I>,
    { token, signal }: TransportCall,
  ): AsyncGenerator<MessageShape<O>, void> {
    this.#check(signal)
    const bytes = encode(method.input, request, this.#limits.maxRequestBytes)
    const call = this.#connection.client.makeServerStreamRequest(methodPath(method), asBuffer, asIs, bytes, metadataFor(token))
    // The status of a call that was left still arrives as an event; nobody needs it then.
    call.on('error', () => {})
    const leave = this.#enter(() => call.cancel(), signal)
    try {
      for await (const item of call) yield decode(method.output, item as Uint8Array)
    } catch (error) {
      throw this.#translate(error, signal)
    } finally {
      leave()
      call.cancel()
    }
  }

  close(): void {
    this.#closed = true
    for (const cancel of this.#running) cancel()
    this.#connection.close()
  }

  #check(signal: AbortSignal | undefined): void {
    if (this.#closed) throw closedError()
    if (signal?.aborted) throw abortReason(signal)
  }

  #enter(cancel: () => void, signal: AbortSignal | undefined): () => void {
    this.#running.add(cancel)
    signal?.addEventListener('abort', cancel, { once: true })
    return () => {
      this.#running.delete(cancel)
      signal?.removeEventListener('abort', cancel)
    }
  }

  #translate(error: unknown, signal: AbortSignal | undefined): QuorateError {
    if (signal?.aborted) return abortReason(signal)
    if (this.#closed) return closedError()
    return clockError(error, this.#ca) ?? connectionError(error, this.#address) ?? errorOf(error)
  }
}

function closedError(): QuorateError {
  return new QuorateError('CANCELLED', 'this node closed the connection to the coordinator')
}

function metadataFor(token: string | undefined): Metadata {
  const metadata = new Metadata()
  if (token !== undefined) metadata.set(TOKEN_KEY, token)
  return metadata
}
