/**
 * Risk of wallets: five institutions know abuse of different kinds on one chain, and two members poison. The chain is made up (`quorate insight simulate`): wash trading, sybil farms, bots and
 * abuse of flash loans among honest people. Models are compared by average precision, because abuse is rare.
 *
 *     node examples/wallet-risk/story.ts [--small] [--rounds N] [--backend NAME] [--keep] [--json]
 */
import type { DataSchemaInput } from '../../src/data/index.ts'
import { NO_PROGRAMS, storyCommand } from '../support/story.ts'
import type { Story } from '../support/story.ts'
import { writeTask } from '../support/write-task.ts'
import { makeInstitutions } from './institutions.ts'

/** Institutions, and the two poisoners. */
export const MEMBERS = 7

export const walletRisk: Story = {
  name: 'wallet-risk',
  about: 'five institutions that know abuse of different kinds rate the addresses of a chain',
  attacks: ['sign-flip', 'label-flip'],
  rounds: { full: 20, small: 6 },
  async prepare(folder, { small }) {
    const schema = await makeInstitutions(folder, { members: MEMBERS, transactions: small ? 30_000 : 100_000, seed: 1 })
    await writeWalletTask(folder, schema)
    return NO_PROGRAMS
  },
}

export async function writeWalletTask(folder: string, schema: DataSchemaInput): Promise<void> {
  await writeTask(folder, {
    name: 'wallet-risk',
    schema,
    training: { learningRate: 0.01, momentum: 0.9, epochs: 4, batchSize: 16 },
    members: MEMBERS,
    metric: 'ap',
  })
}

if (import.meta.main) await storyCommand(walletRisk)
