import type { RoundPlan, SigningDomain } from '../../src/protocol/index.ts'
import { toHex } from '../../src/protocol/index.ts'

export const TASK = 1n
export const DOMAIN: SigningDomain = { chainId: 1, ledger: `0x${'cc'.repeat(20)}` }
export const WINDOWS: RoundPlan['windows'] = { commit: 120, reveal: 60, attest: 60, post: 60, challenge: 2000 }
export const THRESHOLDS: RoundPlan['spec'] = { toleranceBps: 2500, minSealedBps: 5000, committee: 0 }
export const QUORUM_BPS = 6667
export const GENESIS = toHex(new Uint8Array(32).fill(0xee))
/** Blocks on top of a seal before members show their updates to it. */
export const SEAL_DEPTH = 2n
/** No reorganisation is deeper. */
export const DEEPEST = 8
/** Nobody's signature is checked here: authors speak for themselves only. */
export const SIGNATURE = `0x${'11'.repeat(65)}` as const
