import type { Command } from 'commander'
import type { Address } from '../../src/protocol/index.ts'
import { address } from '../chain-options.ts'
import { withOwner } from '../agents/owner-call.ts'
import type { OwnerFlags } from '../agents/owner-call.ts'
import { withChain } from '../agents/session.ts'
import type { ChainFlags, Signing } from '../agents/session.ts'

export interface ExecutorFlags extends ChainFlags {
  executor: Address
}

export type SenderFlags = ExecutorFlags & Signing

export type ExecutorOwnerFlags = ExecutorFlags & OwnerFlags

/** Options of every command of an executor that exists. */
export function withExecutor(command: Command): Command {
  return withChain(command).requiredOption('--executor <address>', 'address of the GuardedExecutor', address)
}

/** Options of the commands that send a transaction. */
export function withKey(command: Command, whose: string): Command {
  return withExecutor(command).requiredOption('--key-file <file>', whose)
}

/** Options of the commands of the owner. */
export function withExecutorOwner(command: Command): Command {
  return withOwner(withExecutor(command), 'key of the owner of the executor')
}
