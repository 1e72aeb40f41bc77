/**
 * What a consortium gains where abuse is rare: average precision of the federated model with poisoners among the members, of each institution alone, and of an isolation forest, which needs no labels.
 * Simulated rounds, without a chain.
 *
 *     node examples/wallet-risk/compare.ts [--seeds 1,2,3] [--rounds 16] [--transactions 100000] [--backend NAME]
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { runSimulation } from '../../cli/simulate/run-simulation.ts'
import { createOutput } from '../../src/console/index.ts'
import { summariseSimulation } from '../../src/lab/simulation/index.ts'
import type { BackendChoice } from '../../src/training/index.ts'
import { findPython } from '../support/find-python.ts'
import { openStory } from '../support/open-story.ts'
import { NO_PROGRAMS } from '../support/story.ts'
import { makeInstitutions } from './institutions.ts'
import { MEMBERS, walletRisk, writeWalletTask } from './story.ts'

interface Compared {
  seed: number
  federated: number
  fedavg: number | undefined
  alone: number[]
  forest: number | undefined
}

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1,2,3' },
    rounds: { type: 'string', default: '16' },
    transactions: { type: 'string', default: '100000' },
    backend: { type: 'string', default: 'auto' },
  },
})

async function compare(seed: number): Promise<Compared> {
  const folder = await mkdtemp(join(tmpdir(), 'quorate-wallet-risk-'))
  try {
    await writeWalletTask(
      folder,
      await makeInstitutions(folder, { members: MEMBERS, transactions: Number(values.transactions), seed }),
    )
    using opened = await openStory(walletRisk, NO_PROGRAMS, {
      folder,
      rounds: Number(values.rounds),
      seed,
      backend: values.backend as BackendChoice,
    })
    const simulation = await runSimulation(opened.setup, ['alone', 'fedavg'], createOutput(true))
    const { federated, fedavg, members } = summariseSimulation(simulation, opened.setup.members, opened.setup.selection)!
    const alone = members.flatMap((member) => (member.alone === undefined ? [] : [member.alone.score.value]))
    return { seed, federated: federated.score.value, fedavg: fedavg?.score.value, alone, forest: await forestOf(folder, seed) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function forestOf(folder: string, seed: number): Promise<number | undefined> {
  const found = await findPython(['sklearn'])
  if ('reason' in found) {
    console.error(`without the isolation forest: ${found.reason}`)
    return undefined
  }
  const script = join(import.meta.dirname, 'forest.py')
  const { stdout } = await promisify(execFile)(found.python, [script, folder, '--seed', String(seed)])
  return Number(stdout)
}

const percent = (value: number | undefined): string => (value === undefined ? '–' : (100 * value).toFixed(1))
const rows: Compared[] = []
for (const seed of values.seeds.split(',').map(Number)) rows.push(await compare(seed))
console.table(
  rows.map(({ seed, federated, fedavg, alone, forest }) => ({
    seed,
    federated: percent(federated),
    'FedAvg of the honest': percent(fedavg),
    'best alone': percent(Math.max(...alone)),
    'worst alone': percent(Math.min(...alone)),
    'isolation forest': percent(forest),
  })),
)
