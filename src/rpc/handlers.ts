import type { CoordinatorService } from '../protocol/gen/quorate/v1/coordinator_pb.ts'
import type { Handler, MethodsOf } from './service-definition.ts'
import type { Session } from './sessions.ts'

/** Methods that take no session. */
export const OPEN_METHODS = ['getTask', 'join'] as const
export type OpenMethod = (typeof OPEN_METHODS)[number]

export type CoordinatorMethods = MethodsOf<typeof CoordinatorService>
export type CoordinatorMethod = keyof CoordinatorMethods

/** What a handler knows of its call. */
export interface OpenContext {
  method: CoordinatorMethod
  /** Host of the caller, without its port. */
  host: string
  /** Aborts when the caller goes away, the call takes too long or the server stops. */
  signal: AbortSignal
}

/** A call whose token was good: `session.member` is who calls. */
export interface SessionContext extends OpenContext {
  session: Session
}

/**
 * One function per method of `CoordinatorService`; requests are parsed protobuf messages, answers are given by their fields.
 * A QuorateError thrown here reaches the caller with its code, message and details; anything else as INTERNAL without its text.
 */
export type CoordinatorHandlers = {
  [Method in CoordinatorMethod]: Handler<CoordinatorMethods[Method], Method extends OpenMethod ? OpenContext : SessionContext>
}
