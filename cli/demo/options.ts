import { taskRule } from '../../src/aggregation/index.ts'
import { QuorateError } from '../../src/core/index.ts'
import { attackByName, parseAttack } from '../../src/lab/attacks/index.ts'
import { backendNames, modelByName, parsePartition } from '../../src/training/index.ts'
import type { BackendChoice, Partition } from '../../src/training/index.ts'
import { flagValue } from '../flag-value.ts'
import { faultNames, isFaultName } from './claim-faults.ts'
import type { FaultName } from './claim-faults.ts'

/** The options before they are checked. */
export interface DemoFlags {
  members: number
  rounds: number
  attack: string[]
  rule: string
  model: string
  partition: string
  backend: string
  seed: number
  json: boolean
  data?: string
  keep: boolean
  open?: boolean
  lyingOperator?: string
  lieRound?: number
}

export interface DemoOptions {
  members: number
  rounds: number
  /** Attack of each member by index; undefined for the honest. Poisoners come last. */
  attacks: (string | undefined)[]
  /** By a name that `taskRule` knows. */
  rule: string
  model: string
  partition: Partition
  partitionText: string
  backend: BackendChoice
  seed: number
  json: boolean
  data?: string
  keep: boolean
  /** Serves the dashboard of the first operator while the demo runs, and opens it. */
  open?: boolean
  /** The fault of the first operator's false claim, and its round. */
  lie?: { fault: FaultName; round: number }
}

/** The default poisoners: at most a quarter of the members, which the robust rule tolerates by default. */
const DEFAULT_ATTACKS = ['sign-flip', 'label-flip']
const DEFAULT_SHARE = 4

/** Checks the flags. @throws QuorateError FLAG_INVALID naming the flag, RULE_NOT_PROVABLE for a rule of the lab */
export function parseDemoFlags(flags: DemoFlags): DemoOptions {
  const invalid = (message: string): never => {
    throw new QuorateError('FLAG_INVALID', message)
  }
  if (flags.members < 3 || flags.members > 64) invalid(`--members ${flags.members}: expected 3 to 64`)
  if (flags.rounds > 1000) invalid(`--rounds ${flags.rounds}: expected at most 1000`)
  flagValue('--rule', () => taskRule(flags.rule))
  const { backend } = flags
  if (backend !== 'auto' && !(backendNames as readonly string[]).includes(backend)) {
    invalid(`--backend ${backend}: expected auto, ${backendNames.join(', ')}`)
  }
  flagValue('--model', () => modelByName(flags.model))
  const wanted = flags.attack.length > 0 ? flags.attack : DEFAULT_ATTACKS.slice(0, Math.floor(flags.members / DEFAULT_SHARE))
  const attacks = wanted
    .filter((text) => text !== 'none')
    .map((text) => flagValue('--attack', () => parseAttack(text)))
    .flatMap(({ name, count }) => Array.from({ length: count }, () => attackByName(name).name))
  if (attacks.length * 2 >= flags.members)
    invalid(`--attack: ${attacks.length} of ${flags.members} members would attack; no rule tolerates half`)
  const honest = flags.members - attacks.length
  return {
    members: flags.members,
    rounds: flags.rounds,
    attacks: [...Array.from({ length: honest }, () => undefined), ...attacks],
    rule: flags.rule,
    model: flags.model,
    partition: flagValue('--partition', () => parsePartition(flags.partition)),
    partitionText: flags.partition,
    backend: backend as BackendChoice,
    seed: flags.seed,
    json: flags.json,
    data: flags.data,
    keep: flags.keep,
    ...(flags.open && { open: true }),
    ...lieOf(flags),
  }
}

/** The third round, or the last if there are fewer: earlier rounds have too little to falsify. */
function lieOf({ lyingOperator, lieRound, rounds }: DemoFlags): Pick<DemoOptions, 'lie'> {
  if (lyingOperator === undefined) {
    if (lieRound === undefined) return {}
    throw new QuorateError('FLAG_INVALID', '--lie-round needs --lying-operator, which names the fault')
  }
  if (!isFaultName(lyingOperator))
    throw new QuorateError('FLAG_INVALID', `--lying-operator ${lyingOperator}: the faults are ${faultNames.join(', ')}`)
  const round = lieRound ?? Math.min(3, rounds)
  if (round > rounds) throw new QuorateError('FLAG_INVALID', `--lie-round ${round}: expected at most --rounds ${rounds}`)
  return { lie: { fault: lyingOperator, round } }
}
