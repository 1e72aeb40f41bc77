import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createTestClient, http, publicActions } from 'viem'
import { startAnvil } from '../../../src/chain/index.ts'
import type { Anvil } from '../../../src/chain/index.ts'

function client(anvil: Anvil) {
  return createTestClient({ mode: 'anvil', transport: http(anvil.rpcUrl) }).extend(publicActions)
}

it('serves the chosen chain with funded accounts, and is gone after stop', async () => {
  const anvil = await startAnvil({ chainId: 777, accounts: 3 })
  expect(await client(anvil).getChainId()).toBe(777)
  expect(anvil.accounts).toHaveLength(3)
  for (const { address } of anvil.accounts) expect(await client(anvil).getBalance({ address })).toBe(10_000n * 10n ** 18n)
  expect(anvil.accounts[0]!.privateKey).toMatch(/^0x[0-9a-f]{64}$/)
  await anvil.stop()
  await anvil.stop()
  expect(() => process.kill(anvil.pid, 0)).toThrow(/ESRCH/)
})

it('keeps its state in a file from one run to the next', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quorate-anvil-'))
  try {
    const stateFile = join(folder, 'state.json')
    const address = '0x00000000000000000000000000000000000000aa'
    const first = await startAnvil({ stateFile, mining: 'manual' })
    await client(first).setBalance({ address, value: 5n })
    await client(first).mine({ blocks: 3 })
    await first.stop()
    await using second = await startAnvil({ stateFile, mining: 'manual' })
    expect(await client(second).getBalance({ address })).toBe(5n)
    expect(await client(second).getBlockNumber()).toBe(3n)
  } finally {
    await rm(folder, { recursive: true })
  }
})

it('says why anvil did not start, and can be cancelled', async () => {
  await using first = await startAnvil()
  await expect(startAnvil({ port: first.port })).rejects.toMatchObject({ code: 'PROCESS_FAILED' })
  await expect(startAnvil({ chainId: -1 })).rejects.toMatchObject({
    code: 'PROCESS_FAILED',
    message: expect.stringContaining("unexpected argument '-1'"),
    details: { output: expect.stringContaining('--help') },
  })
  const controller = new AbortController()
  const starting = startAnvil({ signal: controller.signal })
  controller.abort()
  await expect(starting).rejects.toMatchObject({ code: 'CANCELLED' })
})
