import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { PrivacyLedger } from '../../../participant/privacy/privacy-ledger.ts'
import { writeMemberConfig } from '../../../src/config/index.ts'
import type { MemberConfigInput } from '../../../src/config/index.ts'
import { silentLogger } from '../../../src/core/index.ts'
import { epsilonOf } from '../../../src/privacy/index.ts'
import { keccak, toHex } from '../../../src/protocol/index.ts'
import { openJournal } from '../../../src/storage/index.ts'
import { runQuorate } from '../../support/cli/run-quorate.ts'

const budget = { epsilon: 8, delta: 1e-5 }
const planned = { noiseMultiplier: 1.1, samplingRate: 0.05, steps: 20 }
const config: MemberConfigInput = {
  chain: { rpcUrl: 'http://127.0.0.1:8545', chainId: 31337, ledger: '0x5FbDB2315678afecb367f032d93F642f64180aa3' },
  task: { id: 1 },
  keys: { operator: 'keys/operator.key', peer: 'keys/peer.key' },
  state: { folder: 'state' },
  coordinator: { address: 'localhost:7050', ca: 'ca.pem' },
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-member-privacy-'))
})
afterAll(async () => rm(folder, { recursive: true }))

it('shows what was spent and what is left while the node runs, and says where privacy is off', async () => {
  const path = join(folder, 'member.toml')
  const ask = async () => runQuorate('member', 'privacy', '--config', path)
  await writeMemberConfig(path, config)
  expect(await ask()).toMatchObject({
    code: 2,
    last: { code: 'CONFIG_INVALID', message: expect.stringContaining('[privacy]') as string },
  })
  await writeMemberConfig(path, { ...config, privacy: { ...budget, clip: 1, noise: 1.1 } })
  expect((await ask()).last).toEqual({ event: 'privacy', ok: true, ...budget, spent: 0, rounds: 0, steps: 0, ledger: null })
  // The journal stays open, as that of a running node.
  const journal = openJournal(join(folder, 'state'))
  const ledger = new PrivacyLedger({ journal, budget, planned, folder: join(folder, 'state'), logger: silentLogger })
  for (let round = 1; round <= 3; round++) {
    await ledger.reserve()
    const root = toHex(keccak(Uint8Array.of(round)))
    await ledger.charge(root, root, [planned])
  }
  const spent = epsilonOf([{ ...planned, steps: 60 }], budget.delta)
  const { roundsLeft } = ledger.report
  expect(roundsLeft).toBeGreaterThan(0)
  expect((await ask()).last).toEqual({
    event: 'privacy',
    ok: true,
    ...budget,
    spent,
    rounds: 3,
    steps: 60,
    roundsLeft,
    ledger: null,
  })
  journal.close()
})
