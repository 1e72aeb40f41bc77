/**
 * gRPC between members and their coordinator (`proto/quorate/v1/coordinator.proto`), over TLS.
 *
 * - Coordinator: `createRpcServer({ listen, tls, handlers, authenticate, logger })` with `ensureTlsIdentity`, `SessionStore` for tokens
 *   and `Feed` for the watched round.
 * - Member: `createCoordinatorClient({ address, tls: { ca }, signJoin })`.
 *
 * A QuorateError thrown by a handler arrives at the caller as the same code, message and details. Every bound is in `RPC_LIMITS`.
 */
export { RPC_LIMITS } from './limits.ts'
export type { RpcLimits } from './limits.ts'
export { createRpcServer } from './server.ts'
export type { RpcServer, RpcServerOptions } from './server.ts'
export type { CoordinatorHandlers, CoordinatorMethod, OpenContext, SessionContext } from './handlers.ts'
export { SessionStore } from './sessions.ts'
export type { Session, SessionStoreOptions } from './sessions.ts'
export { Feed } from './feed.ts'
export { blobParts } from './blob-parts.ts'
export { ensureTlsIdentity } from './tls-identity.ts'
export type { TlsIdentity } from './tls-identity.ts'
export { Backoff } from './backoff.ts'
export { parseCertificates } from './pinned-credentials.ts'
export { fetchCertificate } from './fetch-certificate.ts'
export type { ShownCertificate } from './fetch-certificate.ts'
export { createCoordinatorClient, PASSING } from './client.ts'
export type { CallOptions, CoordinatorClient, CoordinatorClientOptions, JoinTarget } from './client.ts'
