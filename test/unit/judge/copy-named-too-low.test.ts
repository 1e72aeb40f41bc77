import { expect, it } from 'vitest'
import { membersFraud } from '../../../src/judge/index.ts'
import { Reason, ZERO_HASH } from '../../../src/protocol/index.ts'
import { signedRound } from '../../support/judge/signed-round.ts'

/** The true original stands after the named row, so it does not show that the argument is wrong. */
it('opens the row that a copy names, where the original comes after it', async () => {
  for (let seed = 0; ; seed++) {
    const { honest, known } = await signedRound(seed)
    const i = honest.rows.findIndex(({ reason, reasonArg }) => reason === Reason.copy && BigInt(reasonArg) > 0n)
    if (i <= 0 || honest.rows[0]!.updateRoot === honest.rows[i]!.updateRoot) continue
    const rows = honest.rows.with(i, { ...honest.rows[i]!, reasonArg: ZERO_HASH })
    const proof = await membersFraud({ ...honest, rows }, known)
    expect(proof).toMatchObject({ functionName: 'proveReason', args: [{}, {}, { other: [{ row: 0n }] }] })
    return
  }
})
