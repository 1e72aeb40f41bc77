/**
 * A task that draws its members from a crowd, on a real chain in process: rounds with real statements, seals and claims, and then an audit
 * from genesis. Prints what each round took. Ends with code 1 when the audit does not match.
 *
 *     npm run test:crowd
 *     node scripts/crowd.ts --members 1000 --committee 80 --rounds 5 --offline 10
 */
import { auditTask } from '../src/replay/index.ts'
import { crowdWorld, playRound } from '../test/support/node/crowd-rounds.ts'

function option(name: string, otherwise: number): number {
  const at = process.argv.indexOf(name)
  const value = at < 0 ? otherwise : Number(process.argv[at + 1])
  if (Number.isInteger(value) && value >= 0) return value
  console.error(`${name}: expected a whole number`)
  process.exit(2)
}

const count = option('--members', 1000)
const committee = option('--committee', 80)
const rounds = option('--rounds', 5)
/** Percent of the members that say nothing. */
const offline = option('--offline', 10)

let began = performance.now()
const seconds = (): number => {
  const took = Math.round((performance.now() - began) / 100) / 10
  began = performance.now()
  return took
}
await using world = await crowdWorld({ count, committee, stakeOf: (i) => 100 + (i % 7) * 50 })
console.error(`${count} members joined in ${seconds()} s`)
const table: Record<string, Record<string, number | string>> = {}
for (let n = 0; n < rounds; n++) {
  const { plan, sealed } = await playRound(world, { offline: (member) => BigInt(member) % 100n < BigInt(offline) })
  const weight = plan.members.reduce((sum, { stake }) => sum + stake, 0n)
  table[`round ${plan.round}`] = {
    drawn: plan.members.length,
    'drawn weight': `${Number((1000n * weight) / plan.totalStake) / 10} %`,
    sealed: sealed.length,
    seconds: seconds(),
  }
}
console.table(table)
const { on, task, operator } = world
const { chain, contracts } = on
const audited = await auditTask({ chain, contracts, task, evidence: operator.stores.evidence, includePending: true })
const gas = operator.told.flatMap((event) => ('gasUsed' in event ? [`${event.event} ${event.gasUsed}`] : []))
console.error(
  `audited ${audited.length} rounds from genesis in ${seconds()} s; gas of the last round: ${gas.slice(-3).join(', ')}`,
)
if (audited.length !== rounds || audited.some(({ match }) => !match)) process.exitCode = 1
