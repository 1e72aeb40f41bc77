import type { FuzzTarget } from '../target.ts'
import { DOCUMENT_TARGETS } from './documents.ts'
import { NETWORK } from './network.ts'
import { PROGRAM_TARGETS } from './programs.ts'
import { RPC } from './rpc.ts'

/** Every decoder of bytes or text that come from outside the process. */
export const TARGETS: readonly FuzzTarget[] = [...NETWORK, ...RPC, ...DOCUMENT_TARGETS, ...PROGRAM_TARGETS]
