import { describe, expect, it } from 'vitest'
import { checkOmissions } from '../../../src/judge/members/check-omissions.ts'
import type { ClaimParts, KnownRound } from '../../../src/judge/index.ts'
import { MAX_MEMBERS } from '../../../src/protocol/index.ts'
import type { Address } from '../../../src/protocol/index.ts'
import { signedRound } from '../../support/judge/signed-round.ts'

const { honest, known } = await signedRound(2, { drawn: true })
const address = (slot: number): Address => `0x${(slot + 1).toString(16).padStart(40, '0')}`
const OUT = 64

/** 129 drawn members, of whom one has no row in a full claim. @param ticket its rank; each other has its slot for ticket */
function full(ticket: bigint, rows = MAX_MEMBERS): { posted: ClaimParts; round: KnownRound } {
  const drawn = Array.from({ length: MAX_MEMBERS + 1 }, (_, slot) => ({
    member: address(slot),
    operatorKey: address(slot),
    slot,
    stake: 1n,
    ticket: slot === OUT ? ticket : BigInt(slot),
  }))
  const sealed = drawn.filter(({ slot }) => slot !== OUT).slice(0, rows)
  const facts = { ...known.facts, members: drawn, forced: new Map([[address(OUT) as string, honest.rows[0]!.commitment]]) }
  const posted = {
    ...honest,
    rows: sealed.map(({ member, slot }) => ({ ...honest.rows[0]!, member, slot })),
    members: sealed.length,
  }
  return { posted, round: { ...known, facts } }
}

describe('R27: a full claim of a drawn round', () => {
  it('may leave out the member with the highest ticket', async () => {
    const { posted, round } = full(1000n)
    expect(await checkOmissions(posted, round)).toBeUndefined()
  })

  it('may leave out no other: a row that ranks after it shows it', async () => {
    const { posted, round } = full(100n)
    const proof = await checkOmissions(posted, round)
    expect(proof).toMatchObject({ functionName: 'proveOmission' })
    expect(proof!.args.at(-1)).toMatchObject([{ leaf: { member: address(100) } }])
  })

  it('leaves out nobody while there is room', async () => {
    const { posted, round } = full(1000n, MAX_MEMBERS - 1)
    const proof = await checkOmissions(posted, round)
    expect(proof).toMatchObject({ functionName: 'proveOmission' })
    expect(proof!.args.at(-1)).toEqual([])
  })

  it('puts the lower slot first among equal tickets', async () => {
    // The row of slot 63 has the same ticket and is in; that of slot 128 would have to go.
    const same = full(BigInt(OUT - 1))
    const proof = await checkOmissions(same.posted, same.round)
    expect(proof!.args.at(-1)).toMatchObject([{ leaf: { member: address(65) } }])
  })
})
