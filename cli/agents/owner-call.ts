import type { Command } from 'commander'
import { encodeFunctionData } from 'viem'
import type { Abi } from 'viem'
import type { TransactionSender } from '../../src/chain/index.ts'
import { createOutput } from '../../src/console/index.ts'
import { QuorateError } from '../../src/core/index.ts'
import type { Address } from '../../src/protocol/index.ts'
import { sendingFrom } from './session.ts'
import type { ChainFlags } from './session.ts'

export interface OwnerFlags extends ChainFlags {
  keyFile?: string
  forVote: boolean
}

/** A call that only the owner of a contract may make. */
export interface OwnerCall {
  to: Address
  abi: Abi
  functionName: string
  args: readonly unknown[]
}

/** Options of the commands of an owner, which may be a key or a timelock. */
export function withOwner(command: Command, whose: string): Command {
  return command
    .option('--key-file <file>', whose)
    .option(
      '--for-vote',
      'send nothing, and print the call for `quorate gov propose --call`, where a timelock owns the contract',
      false,
    )
}

/** Sends a call of the owner, or prints it for a vote. @throws QuorateError USAGE without a key */
export async function asOwner(
  flags: OwnerFlags,
  call: OwnerCall,
  send: (sender: TransactionSender, signal: AbortSignal) => Promise<{ result: Record<string, unknown>; text: string }>,
): Promise<void> {
  const { keyFile, forVote, json } = flags
  if (forVote) {
    const { to: target } = call
    const data = encodeFunctionData(call)
    createOutput(json).result({ event: 'callForVote', ok: true, target, data }, `${target}:${data}`)
    return
  }
  if (keyFile === undefined)
    throw new QuorateError('USAGE', 'name the key of the owner with --key-file, or print the call for a vote with --for-vote')
  await sendingFrom({ ...flags, keyFile }, async ({ sender, signal }) => send(sender, signal))
}
