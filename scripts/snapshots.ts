/**
 * The committed figures of the contracts, under test/contracts/snapshots: gas of whole transactions, bytecode sizes and storage
 * layouts. Without options it writes them; `--check` writes nothing and exits 1 when one differs.
 *
 *     node scripts/snapshots.ts [--check]
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildContracts } from './build-contracts.ts'
import { runForge } from './forge.ts'

const root = join(import.meta.dirname, '..')
const folder = join(root, 'test/contracts/snapshots')
const check = process.argv.includes('--check')

/** EIP-170: longer code cannot be deployed. */
const CODE_LIMIT = 24_576

/** Their namespaces are laid out by the contracts of test/contracts/support/Layouts.sol, named after them. */
const namespaces = [
  'StakeVault',
  'StakeVotes',
  'EntityRegistry',
  'RoundLedger',
  'RewardDistributor',
  'PauseClock',
  'Payouts',
] as const

/** Whose bytecode must fit. */
const contracts = [
  'StakeVault',
  'StakeVaultExtension',
  'RoundLedger',
  'RoundLedgerExtension',
  'TaskRules',
  'MaskBuckets',
  'RewardDistributor',
  'ModelRegistry',
  'ModelMarket',
  'DataGrants',
  'InferenceLog',
  'InferenceChannels',
  'ScoreOracle',
  'GuardedExecutor',
  'TermsBoard',
  'FraudJudge',
  'MemberProofs',
  'TraceRules',
  'BucketProofs',
  'DataCourt',
  'Guardian',
  'QuorateGovernor',
  'QuorateTimelock',
] as const

interface Layout {
  storage: Variable[]
  types: Record<string, { label: string; numberOfBytes: string; members?: Variable[]; base?: string; value?: string }>
}

interface Variable {
  label: string
  offset: number
  slot: string
  type: string
}

function forgeOrExit(args: readonly string[], options: Parameters<typeof runForge>[1] = {}): void {
  const { code } = runForge(args, options)
  if (code !== 0) process.exit(code)
}

/** One line a variable, `slot.offset bytes label: type`, structs one below the other; compiler-internal numbers left out. */
function layoutText(name: string): string {
  const artifact = readFileSync(join(root, `out/Layouts.sol/${name}Layout.json`), 'utf8')
  const layout = (JSON.parse(artifact) as { storageLayout: Layout }).storageLayout
  const lines: string[] = []
  const seen = new Set<string>()
  const describe = (struct: string): void => {
    if (seen.has(struct)) return
    seen.add(struct)
    const { label, members } = layout.types[struct]!
    if (members === undefined) return
    lines.push(`${label}, ${Number(layout.types[struct]!.numberOfBytes) / 32} slots`)
    for (const member of members) {
      const type = layout.types[member.type]!
      lines.push(`  ${member.slot}.${member.offset}\t${type.numberOfBytes} bytes\t${member.label}: ${type.label}`)
    }
    for (const member of members) {
      const { base, value } = layout.types[member.type]!
      for (const inner of [member.type, base, value]) if (inner !== undefined) describe(inner)
    }
  }
  for (const variable of layout.storage) describe(variable.type)
  return `${lines.join('\n')}\n`
}

function sizesText(): string {
  const sizes = contracts.map((name) => {
    const artifact = JSON.parse(readFileSync(join(root, `out/${name}.sol/${name}.json`), 'utf8')) as {
      deployedBytecode: { object: string }
    }
    const bytes = (artifact.deployedBytecode.object.length - 2) / 2
    if (bytes > CODE_LIMIT) throw new Error(`${name} has ${bytes} bytes of code, more than the ${CODE_LIMIT} of EIP-170`)
    return `${name}\t${bytes} bytes\n`
  })
  return sizes.join('')
}

/** forge itself writes the gas of test/contracts/Gas.t.sol, or compares it. */
function gas(): void {
  if (!check) for (const file of readdirSync(folder)) if (file.endsWith('.json')) rmSync(join(folder, file))
  forgeOrExit(['test', '--match-contract', 'GasTest'], {
    env: { FORGE_SNAPSHOT_CHECK: String(check), FORGE_SNAPSHOT_EMIT: String(!check) },
  })
}

function hold(file: string, text: string): void {
  const path = join(folder, file)
  if (!check) return writeFileSync(path, text)
  let committed = ''
  try {
    committed = readFileSync(path, 'utf8')
  } catch {
    // A missing file differs like any other.
  }
  if (committed === text) return
  console.error(
    `test/contracts/snapshots/${file} differs. It is now:\n${text}If that is meant, run node scripts/snapshots.ts and commit.`,
  )
  process.exitCode = 1
}

if (buildContracts() !== 0) process.exit(1)
gas()
hold('sizes.txt', sizesText())
for (const name of namespaces) hold(`${name}.layout.txt`, layoutText(name))
if (process.exitCode === undefined) console.error(check ? 'The contract snapshots hold.' : 'Wrote test/contracts/snapshots.')
