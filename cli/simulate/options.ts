import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'
import { QuorateError } from '../../src/core/index.ts'
import { attackByName } from '../../src/lab/attacks/index.ts'
import type { Attack } from '../../src/lab/attacks/index.ts'
import { COMPARISONS } from '../../src/lab/simulation/index.ts'
import type { Comparison } from '../../src/lab/simulation/index.ts'
import { backendNames, parsePartition } from '../../src/training/index.ts'
import type { BackendChoice, Partition } from '../../src/training/index.ts'
import { positiveNumber, wholeNumber } from '../chain-options.ts'
import { flagValue } from '../flag-value.ts'
import { positiveDecimal, probability } from '../privacy/options.ts'
import type { CastOptions } from './cast.ts'

/** The options before they are checked. */
export interface SimulateFlags {
  members?: number
  data?: string
  partition?: string
  attack: string[]
  rounds: number
  trainer?: string
  compare: string[]
  epsilon?: number
  delta: number
  clip: number
  privateBatch?: number
  testSamples: number
  backend: BackendChoice
  seed: number
  csv?: string
  html?: string
  json: boolean
}

/** How the data are divided: cut by this program, or one folder or file a member. */
export type Division = Partition | { kind: 'folders' } | undefined

/** How many members mount an attack: a number, or a share of all. */
export interface AttackShare {
  attack: Attack
  count: number | { share: number }
}

export function simulateCommand(command: Command): Command {
  const repeated = (text: string, before: string[] = []): string[] => [...before, text]
  const list = (text: string): string[] => {
    const items = text === 'none' ? [] : text.split(',')
    const wrong = items.find((item) => !(COMPARISONS as readonly string[]).includes(item))
    if (wrong !== undefined) throw new InvalidArgumentError(`expected a list of ${COMPARISONS.join(', ')}, or none.`)
    return items
  }
  return command
    .argument('<file>', 'task.toml')
    .description(
      'run a task with all its members in this process: the same training, int8 updates and rule, no chain and no network',
    )
    .option('--members <n>', 'members, with the poisoners (default: 10, or one for each folder)', positiveNumber)
    .option('--data <folder>', 'data to divide among the members; by default the package of the public data set')
    .option(
      '--partition <how>',
      'iid, dirichlet:ALPHA, shards:K, gamma:SHARE, or folders: one folder or file in --data for each member (default: dirichlet:0.5 for classes, iid for numbers)',
    )
    .option(
      '--attack <kind>',
      'what poisoners do, as KIND, KIND:COUNT or KIND:SHARE, for example sign-flip:2 or label-flip:0.2; repeated',
      repeated,
      [],
    )
    .option('--rounds <n>', 'rounds at most', positiveNumber, 10)
    .option(
      '--trainer <command>',
      'program that trains in place of the built-in learner, one process a member; {index}, {members} and {data} stand for those of the member',
    )
    .addOption(
      new Option('--compare <list>', `what to train beside: ${COMPARISONS.join(', ')}, or none`)
        .argParser(list)
        .default([...COMPARISONS], COMPARISONS.join(',')),
    )
    .option(
      '--epsilon <number>',
      'honest members train with differential privacy, and spend this over all rounds',
      positiveDecimal,
    )
    .option('--delta <probability>', 'with --epsilon: the probability that it may fail with', probability, 1e-5)
    .option('--clip <norm>', 'with --epsilon: longest gradient of one record', positiveDecimal, 1)
    .option(
      '--private-batch <n>',
      'with --epsilon: records of a step on average; the batch size of the task by default',
      positiveNumber,
    )
    .option('--test-samples <n>', 'most records to measure on; 0 for all that are held out', wholeNumber, 2000)
    .addOption(new Option('--backend <name>', 'where members train').choices(['auto', ...backendNames]).default('auto'))
    .option('--seed <n>', 'fixes the division, the training and the rounding', wholeNumber, 1)
    .option('--csv <file>', 'write every measurement of every run')
    .option('--html <file>', 'write the curves and the tables as one page')
    .option('--json', 'print each round and the result as JSON', false)
}

export interface SimulateOptions {
  attacks: AttackShare[]
  division: Division
  compare: Comparison[]
  /** Left out where members train without noise. */
  privacy?: NonNullable<CastOptions['privacy']>
}

/** Checks the flags. @throws QuorateError FLAG_INVALID naming the flag */
export function parseSimulateFlags(flags: SimulateFlags): SimulateOptions {
  const { attack, partition, compare, epsilon, delta, clip, privateBatch: batch, trainer } = flags
  if (epsilon !== undefined && trainer !== undefined)
    throw new QuorateError('FLAG_INVALID', '--epsilon: the program of --trainer adds its own noise; leave out one of the two')
  return {
    attacks: attack.filter((text) => text !== 'none').map((text) => flagValue('--attack', () => parseShare(text))),
    division: partition === undefined ? undefined : flagValue('--partition', () => parseDivision(partition)),
    compare: compare as Comparison[],
    ...(epsilon !== undefined && { privacy: { epsilon, delta, clip, batch } }),
  }
}

function parseDivision(text: string): Division {
  if (text === 'folders') return { kind: 'folders' }
  if (text === 'iid') return { kind: 'gamma', gamma: 1 }
  if (!text.includes(':'))
    throw new QuorateError('USAGE', `"${text}" is not iid, folders, dirichlet:ALPHA, shards:K or gamma:SHARE`)
  return parsePartition(text)
}

function parseShare(text: string): AttackShare {
  const [name = '', value = '1', ...rest] = text.split(':')
  const attack = attackByName(name)
  if (rest.length === 0 && /^[1-9]\d{0,2}$/.test(value)) return { attack, count: Number(value) }
  if (rest.length === 0 && /^0?\.\d+$/.test(value) && Number(value) > 0) return { attack, count: { share: Number(value) } }
  throw new QuorateError('USAGE', `"${text}" is not KIND, KIND:COUNT or KIND:SHARE with a share between 0 and 1`)
}

/**
 * What each member does: honest members come first, poisoners last.
 *
 * @returns one entry for each member; undefined for the honest
 * @throws QuorateError FLAG_INVALID unless most members are honest
 */
export function castMembers(attacks: readonly AttackShare[], members: number): (Attack | undefined)[] {
  const poisoners = attacks.flatMap(({ attack, count }) => {
    const wanted = typeof count === 'number' ? count : Math.max(1, Math.round(count.share * members))
    return Array.from({ length: wanted }, () => attack)
  })
  if (2 * poisoners.length >= members)
    throw new QuorateError(
      'FLAG_INVALID',
      `--attack: ${poisoners.length} of ${members} members would attack, and no rule tolerates half; raise --members or name fewer`,
    )
  return [...Array.from({ length: members - poisoners.length }, () => undefined), ...poisoners]
}
