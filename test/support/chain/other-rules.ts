import { fraudJudgeAbi } from '../../../src/chain/abi/index.ts'
import { readTask } from '../../../src/chain/index.ts'
import type { TestChain } from '../../integration/chain/harness.ts'

/** The part of the judge whose code is another one, or the judge itself. */
export type JudgePart = 'judge' | 'memberProofs' | 'traceRules' | 'bucketProofs' | 'court'

/** Gives a part of a task's judge the code of another version, which differs in its last byte, until it is disposed. */
export async function otherRules(
  { chain, contracts, test }: TestChain,
  { task, part }: { task: bigint; part: JudgePart },
): Promise<AsyncDisposable> {
  const { judge } = await readTask(chain, { ledger: contracts.ledger, task })
  const address =
    part === 'judge' ? judge : await chain.publicClient.readContract({ address: judge, abi: fraudJudgeAbi, functionName: part })
  const code = (await chain.publicClient.getCode({ address }))!
  const last = Number.parseInt(code.slice(-2), 16)
  await test.setCode({ address, bytecode: `0x${code.slice(2, -2)}${(last ^ 1).toString(16).padStart(2, '0')}` })
  return { [Symbol.asyncDispose]: () => test.setCode({ address, bytecode: code }) }
}
