import type { Claim } from '../../protocol/index.ts'
import { SearchState } from './search-state.ts'
import type { SearchInput, SearchResult } from './search-state.ts'
import { searchRows } from './search-rows.ts'
import { searchTrace } from './search-trace.ts'
import { searchStep, searchVerdicts } from './search-step.ts'

/**
 * Finds the first wrong leaf of a claim whose operator serves no opening, from its answers in the court. Goes through
 * the trees in the order in which leaves depend on each other (members, inner products, trace, verdicts, transition,
 * model, reference, ledger), in each from the root towards the first difference; so everything before the leaf it ends
 * at is right, and the ordinary proof against that leaf holds.
 *
 * Pure: the same answers lead to the same result, so nothing has to be kept between two steps or over a restart.
 *
 * @example
 * const result = await searchClaim({ claim, honest, opened: new OpenedClaim(requests), rowProof: async (rows) => membersFraud(rows, known) })
 * if (result.kind === 'ask') for (const question of result.questions) await ask(question)
 */
export async function searchClaim(input: SearchInput): Promise<SearchResult> {
  const s = new SearchState(input)
  // The record may name others that attested: nothing that could be opened would tell.
  if ((Object.keys(s.right) as (keyof Claim)[]).every((field) => field === 'evidence' || !s.differs(field)))
    return { kind: 'none', reason: 'every number of the claim is right; only its evidence hash differs' }
  return (await searchRows(s)) ?? searchTrace(s) ?? searchVerdicts(s) ?? searchStep(s)
}
