import { hexToBytes, zeroAddress } from 'viem'
import { QuorateError } from '../../core/index.ts'
import { keccak } from '../../protocol/hash.ts'
import { toHex } from '../../protocol/bytes.ts'
import type { Address } from '../../protocol/types.ts'
import { bucketProofsAbi } from '../abi/bucketProofs.ts'
import { fraudJudgeAbi } from '../abi/fraudJudge.ts'
import { judgeCode } from '../abi/judgeCode.ts'
import { abortable } from '../abortable.ts'
import type { Chain } from '../connect-chain.ts'
import { translateChainError } from '../translate-chain-error.ts'
import { readContract } from './read-contract.ts'

export interface CheckJudgeParameters {
  task: bigint
  /** The judge of the task. */
  judge: Address
  signal?: AbortSignal
}

/**
 * Whether the judge of a task computes what this version computes. A judge never changes, and a package may: an operator whose program
 * has another rule than the judge would post claims that the judge takes for false, and lose stake for them.
 *
 * Compared is the code of the judge and of the contracts that it calls, without the addresses that their constructors wrote into it.
 *
 * @throws QuorateError JUDGE_UNKNOWN when it is another judge; RPC_UNREACHABLE, also while the RPC node does not show its code; CANCELLED
 *
 * @example
 * const { judge } = await readTask(chain, { ledger, task })
 * await checkJudge(chain, { task, judge })
 */
export async function checkJudge(chain: Chain, { task, judge, signal }: CheckJudgeParameters): Promise<void> {
  const unknown = (what: string, cause?: unknown): QuorateError =>
    new QuorateError('JUDGE_UNKNOWN', `the judge of task ${task} at ${judge} ${what}`, { details: { task, judge }, cause })
  if (!(await isCompiled(chain, 'fraudJudge', { address: judge, signal })))
    throw unknown('is not the judge that belongs to this version of Quorate')
  const reading = { args: [], doing: `read the judge of task ${task}`, signal } as const
  const read = (functionName: 'memberProofs' | 'traceRules' | 'bucketProofs' | 'court') =>
    readContract(chain, { ...reading, address: judge, abi: fraudJudgeAbi, functionName })
  const [memberProofs, traceRules, bucketProofs, dataCourt] = await Promise.all([
    read('memberProofs'),
    read('traceRules'),
    read('bucketProofs'),
    read('court'),
  ])
  const maskBuckets = await readContract(chain, {
    ...reading,
    address: bucketProofs,
    abi: bucketProofsAbi,
    functionName: 'maskBuckets',
  })
  const parts = { memberProofs, traceRules, bucketProofs, maskBuckets, dataCourt }
  const same = await Promise.all(
    PARTS.map(
      async (part) =>
        (part === 'dataCourt' && parts[part] === zeroAddress) || isCompiled(chain, part, { address: parts[part], signal }),
    ),
  )
  const others = PARTS.filter((_, index) => !same[index])
  if (others.length > 0) throw unknown(`has other rules than this version of Quorate (${others.join(', ')})`)
}

const PARTS = ['memberProofs', 'traceRules', 'bucketProofs', 'maskBuckets', 'dataCourt'] as const

/** Whether the code at an address is that of the contract as this version compiles it. */
async function isCompiled(
  chain: Chain,
  contract: keyof typeof judgeCode,
  { address, signal }: { address: Address; signal?: AbortSignal | undefined },
): Promise<boolean> {
  const { hash, immutables } = judgeCode[contract]
  const { publicClient, rpcUrl } = chain
  const code = await abortable(publicClient.getCode({ address }), signal).catch((error: unknown) => {
    throw translateChainError(error, { doing: `read the code at ${address}`, rpcUrl, details: { address } })
  })
  if (code === undefined || code === '0x')
    throw new QuorateError('RPC_UNREACHABLE', `the RPC node shows no contract at ${address} yet`, { details: { address } })
  const bytes = hexToBytes(code)
  for (const [start, length] of immutables) bytes.fill(0, start, start + length)
  return toHex(keccak(bytes)) === hash
}
