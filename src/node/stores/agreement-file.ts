import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { lowerHex } from '../../protocol/index.ts'
import type { Address, Hash, Hex, RoundState } from '../../protocol/index.ts'
import { writeFileAtomic } from '../../storage/index.ts'

/** Signatures under one claim, by lower-case member: what makes it final in one transaction. */
export interface Agreements {
  claimHash: Hash
  signatures: { member: Address; signature: Hex }[]
}

function pathOf(folder: string, claimHash: Hash): string {
  return join(folder, `${lowerHex(claimHash)}.json`)
}

/** Keeps the agreements to a posted claim beside the node, where `quorate member claim` finds them while the node runs. */
export async function saveAgreements(folder: string, state: RoundState): Promise<void> {
  const claimHash = state.posted?.claimHash
  if (!claimHash) return
  const signatures = [...state.agreements]
    .filter(([, agreement]) => agreement.claimHash === claimHash)
    .map(([member, { signature }]) => ({ member, signature }))
  await mkdir(folder, { recursive: true })
  await writeFileAtomic(
    pathOf(folder, claimHash),
    new TextEncoder().encode(JSON.stringify({ claimHash, signatures } satisfies Agreements)),
  )
}

/** The agreements known here; none for a claim nobody agreed to. They are checked by the contract. */
export async function loadAgreements(folder: string, claimHash: Hash): Promise<Agreements> {
  try {
    return JSON.parse(await readFile(pathOf(folder, claimHash), 'utf8')) as Agreements
  } catch {
    return { claimHash, signatures: [] }
  }
}
