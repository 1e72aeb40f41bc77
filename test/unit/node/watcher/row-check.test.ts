import { expect, it, vi } from 'vitest'
import { silentLogger } from '../../../../src/core/index.ts'
import { RowCheck } from '../../../../src/node/index.ts'
import type { Dispute, RowCheckOptions } from '../../../../src/node/index.ts'
import type { KnownRound } from '../../../../src/judge/index.ts'
import { sealParts } from '../../../../src/judge/index.ts'
import { claimHash } from '../../../../src/protocol/index.ts'
import type { ComputedClaim } from '../../../../src/replay/index.ts'
import { createMemoryJournal } from '../../../../src/storage/index.ts'
import { signedRound } from '../../../support/judge/signed-round.ts'

const { signal } = new AbortController()

/** A true claim, and the same with one member left out although the chain holds its commitment. */
async function claims() {
  const round = await signedRound(5)
  const dispute = (parts = round.honest): Dispute => {
    const claim = sealParts(parts)
    return {
      round: parts.round,
      claim,
      claimHash: claimHash(parts.task, parts.round, claim),
      operator: round.known.facts.seal.operator,
    }
  }
  const short = { ...round.honest, rows: round.honest.rows.toSpliced(1, 1), members: round.honest.rows.length - 1 }
  const { member, commitment } = round.honest.rows[1]!
  const facts = { ...round.known.facts, forced: new Map([[member.toLowerCase(), commitment]]) }
  return { known: { ...round.known, facts }, honest: round.honest, short, dispute }
}

function make(known: KnownRound, change: Partial<RowCheckOptions> = {}) {
  const onFault = vi.fn<RowCheckOptions['onFault']>()
  const replay = vi.fn<RowCheckOptions['replay']>(async () => undefined)
  const journal = createMemoryJournal()
  const check = new RowCheck({
    journal,
    known: async () => known,
    receipts: () => 0,
    replay,
    onFault,
    logger: silentLogger,
    ...change,
  })
  return { check, onFault, replay, journal }
}

it('passes a claim that nothing contradicts, and remembers it over a restart', async () => {
  const { known, honest, dispute } = await claims()
  const first = make(known)
  expect(await first.check.check(dispute(), { parts: honest } as ComputedClaim)).toBe(true)
  expect(first.onFault).not.toHaveBeenCalled()
  const second = make(known, { journal: first.journal })
  expect(await second.check.passed(dispute(), signal)).toBe(true)
  expect(second.replay).not.toHaveBeenCalled()
})

it('does not pass a claim that leaves out a member, and hands over the proof', async () => {
  const { known, short, dispute } = await claims()
  const { check, onFault } = make(known)
  expect(await check.check(dispute(short), { parts: short } as ComputedClaim)).toBe(false)
  expect(onFault).toHaveBeenCalledWith(
    expect.objectContaining({ proof: expect.objectContaining({ functionName: 'proveSealed' }) }),
  )
  expect(await check.passed(dispute(short), signal)).toBe(false)
})

it('replays a claim whose check a crash cut off', async () => {
  const { known, honest, dispute } = await claims()
  const { check, replay } = make(known)
  expect(await check.passed(dispute(), signal)).toBe(false)
  replay.mockResolvedValue({ parts: honest } as ComputedClaim)
  expect(await check.passed(dispute(), signal)).toBe(true)
  expect(replay).toHaveBeenCalledTimes(2)
})

it('checks a claim again when the node heard of another receipt since', async () => {
  const { known, honest, dispute } = await claims()
  let receipts = 1
  const { check, replay } = make(known, { receipts: () => receipts })
  replay.mockResolvedValue({ parts: honest } as ComputedClaim)
  expect(await check.check(dispute(), { parts: honest } as ComputedClaim)).toBe(true)
  expect(await check.passed(dispute(), signal)).toBe(true)
  expect(replay).not.toHaveBeenCalled()
  receipts = 2
  expect(await check.passed(dispute(), signal)).toBe(true)
  expect(replay).toHaveBeenCalledTimes(1)
})

it('repeats a check that failed', async () => {
  const { known, honest, dispute } = await claims()
  let down = true
  const { check } = make(known, {
    known: async () => {
      if (down) throw new Error('no node')
      return known
    },
    replay: async () => ({ parts: honest }) as ComputedClaim,
  })
  expect(await check.check(dispute(), { parts: honest } as ComputedClaim)).toBe(false)
  down = false
  expect(await check.passed(dispute(), signal)).toBe(true)
})
