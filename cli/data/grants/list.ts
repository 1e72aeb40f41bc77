import type { Command } from 'commander'
import { listGrants, readDataGrant, readDataSet } from '../../../src/chain/index.ts'
import type { DataGrant } from '../../../src/chain/index.ts'
import { createOutput } from '../../../src/console/index.ts'
import { formatTokens, plural } from '../../../src/core/index.ts'
import type { TokenUnit } from '../../../src/core/index.ts'
import { sameAddress } from '../../../src/protocol/index.ts'
import type { Address } from '../../../src/protocol/index.ts'
import { address } from '../../chain-options.ts'
import { taskNumber } from '../../model/names.ts'
import { readingGrants, withGrants } from './session.ts'
import type { GrantsFlags } from './session.ts'

type ListFlags = GrantsFlags & { member?: Address }

/** How a grant stands: `waiting` for its first payment, `running`, or `over`. */
type GrantState = 'waiting' | 'running' | 'over'

/** `quorate data grants`. */
export default function grantsCommand(data: Command): void {
  withGrants(data.command('grants <task>'))
    .description('list the grants of data sets for a task')
    .option('--member <address>', 'only grants of this member', address)
    .action(async (task: string, flags: ListFlags) => list(taskNumber(task), flags))
}

async function list(task: bigint, flags: ListFlags): Promise<void> {
  const { grants, fromBlock, member, json } = flags
  const output = createOutput(json)
  await readingGrants(flags, async ({ chain, unit, signal }) => {
    const names = await listGrants(chain, { grants, task, fromBlock, signal })
    const all = await Promise.all(names.map(async (grant) => readDataGrant(chain, { grants, grant, signal })))
    const shown = all.filter(({ grantee }) => member === undefined || sameAddress(grantee, member))
    const { timestamp } = await chain.publicClient.getBlock()
    for (const one of shown) {
      const { owner } = await readDataSet(chain, { grants, dataSet: one.dataSet, signal })
      const state = stateOf(one, Number(timestamp))
      output.result({ event: 'grant', ...one, owner, state }, describe(one, { owner, state, unit }))
    }
    output.result({ event: 'grants', ok: true, task, grants: shown.length }, plural(shown.length, 'grant'))
  })
}

function stateOf({ from, until }: DataGrant, now: number): GrantState {
  if (now >= until) return 'over'
  return from === 0 ? 'waiting' : 'running'
}

function describe(
  { grant, dataSet, grantee, until, price, left }: DataGrant,
  { owner, state, unit }: { owner: Address; state: GrantState; unit: TokenUnit },
): string {
  const end = new Date(until * 1000).toISOString()
  const cost = price === 0n ? 'free' : `${formatTokens(price, unit)} a round, ${formatTokens(left, unit)} paid in`
  return `grant ${grant}: ${state}, until ${end}, ${cost}\n    data set ${dataSet} of ${owner}, for ${grantee}`
}
