import { readFinality } from '../../src/chain/index.ts'
import type { Chain, Contracts, PostedEvent } from '../../src/chain/index.ts'

/** The newest claim that is final. What it builds on is final, too. */
export async function newestFinalClaim(
  chain: Chain,
  { ledger, task, claims }: { ledger: Contracts['ledger']; task: bigint; claims: readonly PostedEvent[] },
): Promise<PostedEvent | undefined> {
  for (const claim of claims.toReversed())
    if ((await readFinality(chain, { ledger, task, round: claim.round })).final) return claim
  return undefined
}

/** Which round is final and which are only posted, in words. */
export function claimLines(last: PostedEvent | undefined, final: PostedEvent | undefined): string[] {
  if (!last) return ['No claim yet']
  const finalLine = final ? `Final: up to round ${final.round}, model ${final.claim.modelRoot}` : 'Final: no round yet'
  if (final?.round === last.round) return [finalLine]
  const posted = `Posted, not final: up to round ${last.round}, model ${last.claim.modelRoot}`
  return [finalLine, posted]
}
