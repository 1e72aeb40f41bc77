import type { DescMessage, DescMethod, DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import type { GenService, GenServiceMethods } from '@bufbuild/protobuf/codegenv2'
import type { MethodDefinition } from '@grpc/grpc-js'

/** The path of a method on the wire: `/quorate.v1.CoordinatorService/Join`. */
export function methodPath(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** grpc-js moves bytes only: messages are coded where an error can still become a coded status (`decode`, `encode`). */
export type RawMethod = MethodDefinition<Uint8Array, Uint8Array>

/**
 * The grpc-js definition of a protobuf-es service, keyed by the methods' local names. Only unary and server-streaming methods.
 *
 * @example
 * server.addService(serviceDefinition(CoordinatorService), implementation)
 */
export function serviceDefinition<Methods extends GenServiceMethods>(
  service: GenService<Methods>,
): Record<keyof Methods & string, RawMethod> {
  const { methods } = service as unknown as DescService
  const entries = methods.map((method) => {
    if (method.methodKind !== 'unary' && method.methodKind !== 'server_streaming') {
      throw new TypeError(`${method.name} is ${method.methodKind}, which this adapter does not serve`)
    }
    const definition: RawMethod = {
      path: methodPath(method),
      requestStream: false,
      responseStream: method.methodKind === 'server_streaming',
      requestSerialize: asBuffer,
      requestDeserialize: (bytes) => bytes,
      responseSerialize: asBuffer,
      responseDeserialize: (bytes) => bytes,
    }
    return [method.localName, definition] as const
  })
  return Object.fromEntries(entries) as Record<keyof Methods & string, RawMethod>
}

/** What serves one method: a promise for a unary method, an async iterable for a streaming one. */
export type Handler<Method, Context> = Method extends {
  methodKind: infer Kind
  input: infer Input extends DescMessage
  output: infer Output extends DescMessage
}
  ? Kind extends 'unary'
    ? (request: MessageShape<Input>, context: Context) => Promise<MessageInitShape<Output>>
    : Kind extends 'server_streaming'
      ? (request: MessageShape<Input>, context: Context) => AsyncIterable<MessageInitShape<Output>>
      : never
  : never

/** The type of a service's methods: `MethodsOf<typeof CoordinatorService>`. */
export type MethodsOf<Service> = Service extends GenService<infer Methods> ? Methods : never
