// Child process of private-training.test.ts: trains once on a model, and kills itself at the point that its arguments name. Prints the root of the update.
import { setTimeout as sleep } from 'node:timers/promises'
import { privateDuty } from '../../support/training/private-duty.ts'

const [folder, base, point] = process.argv.slice(2) as [string, `0x${string}`, string]

async function dieAt<T>(here: string, result: T): Promise<T> {
  if (here !== point) return result
  process.kill(process.pid, 'SIGKILL')
  return sleep(60_000, result)
}

const duty = await privateDuty({
  folder,
  budget: { epsilon: 1000, delta: 1e-3 },
  around: (needs) => ({
    ...needs,
    trainer: { train: async (input) => dieAt('noised', await needs.trainer.train(input)) },
    stores: {
      ...needs.stores,
      updates: {
        has: async (root) => needs.stores.updates.has(root),
        delete: async (root) => needs.stores.updates.delete(root),
        put: async (...blob) => dieAt('stored', await needs.stores.updates.put(...blob)),
      },
    },
    privacy: {
      report: needs.privacy.report,
      made: (root) => needs.privacy.made(root),
      reserve: async () => needs.privacy.reserve(),
      forfeit: async () => needs.privacy.forfeit(),
      charge: async (...update) => dieAt('charged', await needs.privacy.charge(...update)),
    },
  }),
})
const root = await duty.trainOn(base, 9n)
console.log(JSON.stringify({ root, report: duty.ledger.report }))
duty.close()
process.exit()
