import { expect, it } from 'vitest'
import { silentLogger } from '../../../src/core/index.ts'
import { Finalizer } from '../../../src/node/index.ts'
import type { FinalizerOptions } from '../../../src/node/index.ts'
import { address, hash, SIGNATURE } from '../../support/node/round-events.ts'

const claims = Array.from({ length: 50 }, (_, i) => ({ round: BigInt(i + 1), claimHash: hash(i + 1) }))

function finalizer(open: number, quorate: number | undefined, send: FinalizerOptions['send']): Finalizer {
  const agreements = {
    open: () => claims.slice(0, open) as never,
    of: () => new Map([[address(1), SIGNATURE]]),
    newestQuorate: () => (quorate === undefined ? undefined : (claims[quorate - 1] as never)),
  }
  return new Finalizer({ agreements, send, logger: silentLogger })
}

it('sends the newest quorum once the ring is three quarters full, and never before', async () => {
  const sent: bigint[] = []
  const send: FinalizerOptions['send'] = async ({ round, agreements }) => {
    expect(agreements).toEqual([{ member: address(1), signature: SIGNATURE }])
    sent.push(round)
    return { hash: hash(9) }
  }
  await finalizer(47, 40, send).look()
  await finalizer(48, undefined, send).look()
  expect(sent).toEqual([])
  const crowded = finalizer(48, 40, send)
  await crowded.look()
  await crowded.look()
  expect(sent).toEqual([40n])
})

it('sends again what was not mined', async () => {
  let tries = 0
  const crowded = finalizer(50, 50, async () => {
    if (++tries === 1) throw new Error('no node answers')
    return { hash: hash(9) }
  })
  await expect(crowded.look()).rejects.toThrow('no node answers')
  await crowded.look()
  expect(tries).toBe(2)
})

it('sends again what a reorganisation has undone, after a while', async () => {
  let sent = 0
  const crowded = finalizer(50, 50, async () => ({ hash: hash(++sent) }))
  for (let looks = 0; looks < 13; looks++) await crowded.look()
  expect(sent).toBe(1)
  await crowded.look()
  expect(sent).toBe(2)
})
