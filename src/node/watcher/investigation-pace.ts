import { RING } from '../../protocol/index.ts'
import type { Hash } from '../../protocol/index.ts'
import { patienceFor } from '../claims/patience.ts'
import type { ReplayPorts } from '../ports.ts'

/** Most time for one document where an investigation is in a hurry, ms. */
const HURRY_MS = 3000

/**
 * Whether an investigation has time for its documents: the first, the second, the fourth, … of a claim. The court waits for the others, and an
 * operator that serves its documents slowly would else use the challenge window up.
 */
export function investigationPace(): (claimHash: Hash) => boolean {
  const looks = new Map<Hash, number>()
  return (claimHash) => {
    const look = (looks.get(claimHash) ?? 0) + 1
    looks.delete(claimHash)
    looks.set(claimHash, look)
    for (const old of [...looks.keys()].slice(0, -RING)) looks.delete(old)
    return Number.isInteger(Math.log2(look))
  }
}

/** Ports over the same supply that give no document more than a few seconds. */
export function hurried(ports: ReplayPorts): ReplayPorts {
  const { supply } = ports
  const full = (bytes: number): number => (supply.patience ?? patienceFor)(bytes)
  return {
    ...ports,
    supply: {
      fetchUpdate: async (...asked) => supply.fetchUpdate(...asked),
      fetchDocument: async (...asked) => supply.fetchDocument(...asked),
      patience: (bytes) => Math.min(HURRY_MS, full(bytes)),
    },
  }
}
