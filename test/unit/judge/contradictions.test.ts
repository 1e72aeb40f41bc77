import { expect, it } from 'vitest'
import { fraudJudgeAbi, memberProofsAbi } from '../../../src/chain/abi/index.ts'
import { STATEMENTS } from '../../../src/protocol/index.ts'

/**
 * What a second, different statement of one signer in one round costs it. A new kind of statement does not compile without its answer. Whoever
 * signs anew after it lost its journal, and whoever runs two processes with one key, makes such statements.
 */
const COST: Record<keyof typeof STATEMENTS, 'nothing' | 'a row for it, or the claim is false'> = {
  // A member has one row, whichever commitment that is of (round.test.ts › no complaint).
  commitment: 'nothing',
  // Only the sealed commitment can be opened.
  reveal: 'nothing',
  // The operator uses either.
  attestation: 'nothing',
  agreement: 'nothing',
  // The first that a node hears counts there.
  evaluation: 'nothing',
  spending: 'nothing',
  void: 'nothing',
  session: 'nothing',
  claim: 'nothing',
  // The seal is a transaction: the ledger takes one.
  seal: 'nothing',
  receipt: 'a row for it, or the claim is false',
  receiptNotice: 'a row for it, or the claim is false',
}

it('no proof is over two statements: what binds a signer is a receipt', () => {
  const names = [...fraudJudgeAbi, ...memberProofsAbi].flatMap((one) =>
    one.type === 'function' && one.name.startsWith('prove') ? [one.name] : [],
  )
  expect(names).toContain('proveOmission')
  expect(names.filter((name) => /equivocation|conflict|double|twice|second/i.test(name))).toEqual([])
  const costly = Object.entries(COST).filter(([, cost]) => cost !== 'nothing')
  expect(costly.map(([kind]) => kind).toSorted()).toEqual(['receipt', 'receiptNotice'])
})
