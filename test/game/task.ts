import { parseEther } from 'viem'
import { paddedLength, documentHash, formatDocument, modelRoot, toHex, updateRoot, ZERO_HASH } from '../../src/protocol/index.ts'
import type { TaskSpec, Windows } from '../../src/protocol/index.ts'
import { genesisState } from '../../src/replay/index.ts'
import type { ModelState } from '../../src/replay/index.ts'

export const TASK = 1n
/**
 * Blocks come every 15 seconds at most. A member decides at the first block of the last quarter of the commit window to force its commitment, and the next
 * block must still be in the window: two blocks fit into a quarter.
 */
export const WINDOWS: Windows = { commit: 120, reveal: 60, attest: 60, post: 60, challenge: 600 }
export const REWARD = parseEther('0.625')
export const FALSE_CLAIM = parseEther('50')
export const GARBAGE = parseEther('10')

/** Coordinates of the only tensor. It ends inside its third chunk, so padding exists. */
export const LENGTH = 600

export const DOCUMENT = formatDocument({
  name: 'game',
  tensors: [{ name: 'w', shape: [LENGTH] }],
  genesis: ZERO_HASH,
  training: {},
})

const unrooted: TaskSpec = {
  tensors: [{ length: LENGTH, updateExponent: -9, modelExponent: -20, eta: 70_001, shift: 20 }],
  rule: {
    rule: 1,
    byzantineBps: 2500,
    iterations: 3,
    capQ16: 4 * 65_536,
    rejectBps: 20_500,
    reference: 0,
    referenceDecay: 0,
    referenceGain: 0,
  },
  minNormSq: 1000n,
  maxNormSq: 10n ** 7n,
  toleranceBps: 2500,
  minSealedBps: 5000,
  rewardPerRound: REWARD,
  operatorShareBps: 1000,
  committee: 0,
  genesisModelRoot: ZERO_HASH,
  document: documentHash(DOCUMENT),
}

const model = new Int32Array(paddedLength(unrooted))

export const SPEC: TaskSpec = { ...unrooted, genesisModelRoot: toHex(modelRoot(model)) }
export const GENESIS: ModelState = genesisState(TASK, SPEC, model)
export const PADDED = paddedLength(SPEC)

export type UpdateKind = 'honest' | 'poison' | 'forbidden' | 'padding' | 'tiny' | 'huge'

/** An update that follows from its seed. */
export function makeUpdate(kind: UpdateKind, round: bigint, seed: number): { root: `0x${string}`; bytes: Int8Array } {
  const bytes = new Int8Array(PADDED)
  const common = randomBytes(Number(round) * 7919 + 17)
  const own = randomBytes(Number(round) * 104_729 + seed * 31 + 5)
  for (let k = 0; k < LENGTH; k++) {
    const direction = (common() % 41) - 20
    const noise = (own() % 21) - 10
    if (kind === 'poison') bytes[k] = -4 * direction + noise
    else if (kind === 'tiny') bytes[k] = k === seed % LENGTH ? 1 : 0
    else if (kind === 'huge') bytes[k] = own() % 2 === 0 ? 127 : -127
    else bytes[k] = direction + noise
  }
  if (kind === 'forbidden') bytes[seed % LENGTH] = -128
  if (kind === 'padding') bytes[LENGTH + (seed % (PADDED - LENGTH))] = 1
  return { root: toHex(updateRoot(bytes)), bytes }
}

function randomBytes(seed: number): () => number {
  let state = Math.imul(seed, 2_654_435_761) >>> 0 || 1
  return () => {
    state ^= state << 13
    state >>>= 0
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state
  }
}
