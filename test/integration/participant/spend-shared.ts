// Child process of shared-ledger.test.ts: a node that spends by a shared ledger until the budget ends. Prints how many updates it was charged for.
//
//     node spend-shared.ts <state folder> <ledger> <epsilon> <delta> <planned steps as JSON> [reserved]
//
// With `reserved` it kills itself after its first reservation.
import { once } from 'node:events'
import { join } from 'node:path'
import { PrivacyLedger } from '../../../participant/privacy/privacy-ledger.ts'
import { isQuorateError, silentLogger } from '../../../src/core/index.ts'
import type { PrivacyEvent } from '../../../src/privacy/index.ts'
import { keccak, toHex } from '../../../src/protocol/index.ts'
import { openJournal } from '../../../src/storage/index.ts'

const [folder, path, epsilon, delta, steps, point] = process.argv.slice(2) as [string, string, string, string, string, string?]
const planned = JSON.parse(steps) as PrivacyEvent
const ledger = new PrivacyLedger({
  journal: openJournal(join(folder, 'state')),
  path,
  budget: { epsilon: Number(epsilon), delta: Number(delta) },
  planned,
  folder: join(folder, 'state'),
  logger: silentLogger,
})
// Both processes begin together, when the test says so.
process.stdout.write('ready\n')
await once(process.stdin, 'data')
let charged = 0
try {
  for (;;) {
    await ledger.reserve()
    if (point === 'reserved') process.kill(process.pid, 'SIGKILL')
    const root = toHex(keccak(Uint8Array.of(charged)))
    await ledger.charge(root, root, [planned])
    charged++
  }
} catch (error) {
  if (!isQuorateError(error, 'PRIVACY_BUDGET_SPENT')) throw error
}
process.stdout.write(`${charged}\n`)
process.exit()
