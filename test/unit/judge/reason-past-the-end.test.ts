import { expect, it } from 'vitest'
import { checkUpdates } from '../../../src/judge/members/check-updates.ts'
import { CHUNK, Reason, toHex, Verdict, word } from '../../../src/protocol/index.ts'
import { benchRound } from '../../support/judge/bench-round.ts'

/** In a tree with room after the last chunk, a longer update would have its next chunk there: only that empty place shows that it has none. */
it('opens the empty place after the last chunk of an update that is called too long', () => {
  const chunks = 96
  const honest = benchRound(3, chunks * CHUNK)
  const reasonArg = toHex(word(BigInt(chunks)))
  const lie = { verdict: Verdict.inadmissible, reason: Reason.value, reasonArg, beta: 0, score: 0n }
  const rows = honest.rows.with(1, { ...honest.rows[1]!, ...lie })
  expect(checkUpdates({ ...honest, rows }, {} as never)).toMatchObject({
    functionName: 'proveReason',
    args: [{}, {}, { chunk: [{ chunk: BigInt(chunks), data: '0x' }] }],
  })
})
