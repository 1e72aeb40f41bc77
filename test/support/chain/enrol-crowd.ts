import { encodeFunctionData, erc20Abi, numberToHex, parseEther } from 'viem'
import type { Hex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { PrivateKeyAccount } from 'viem/accounts'
import { developmentTokenAbi, stakeVaultAbi } from '../../../src/chain/abi/index.ts'
import { readVault, ROLES, signKeyConsent } from '../../../src/chain/index.ts'
import type { TestChain } from '../../integration/chain/harness.ts'
import { peerKeyOf } from '../../integration/chain/harness.ts'
import type { Address } from '../../../src/protocol/index.ts'

/** A member of a crowd: an account whose owner key nobody has, and the key that signs for it. */
export interface Crowded {
  owner: Address
  account: PrivateKeyAccount
}

/** Transactions in one JSON-RPC batch, and transactions in one block. */
const BATCH = 500
const GAS = 800_000n

/**
 * Bonds and allocates many accounts at once: anvil sends their transactions without a signature, and mines all of them in a few blocks.
 * A thousand members take some ten seconds.
 *
 * @param stakeOf token wei that member `i` allocates
 */
export async function enrolCrowd(
  on: TestChain,
  { count, task, stakeOf }: { count: number; task: bigint; stakeOf: (i: number) => bigint },
): Promise<Crowded[]> {
  const { contracts, chain, governor, anvil } = on
  const { vault, token } = contracts
  const { joiningFee } = await readVault(chain, { vault })
  const crowd = Array.from({ length: count }, (_, i): Crowded => ({
    owner: `0xc0${(i + 1).toString(16).padStart(38, '0')}`,
    account: privateKeyToAccount(numberToHex(0xc0ffee_0000n + BigInt(i), { size: 32 })),
  }))
  const consents = await Promise.all(
    crowd.map(async ({ owner, account }, i) =>
      signKeyConsent({ chainId: chain.chainId, vault, owner, peerKey: peerKeyOf(10_000 + i), account }),
    ),
  )
  const nonce = await chain.publicClient.getTransactionCount({ address: governor.address })
  const send = (from: Address, to: Address, data: Hex, at: number): Call => ({
    method: 'eth_sendTransaction',
    params: [{ from, to, data, gas: numberToHex(GAS), nonce: numberToHex(at) }],
  })
  const amountOf = (i: number): bigint => stakeOf(i) + joiningFee
  // The transactions of one step come in any order.
  const steps: Call[][] = [
    crowd.map(({ owner }, i) => {
      const data = encodeFunctionData({ abi: developmentTokenAbi, functionName: 'mint', args: [owner, amountOf(i)] })
      return send(governor.address, token, data, nonce + i)
    }),
    crowd.map(({ owner }, i) => {
      const data = encodeFunctionData({ abi: erc20Abi, functionName: 'approve', args: [vault, amountOf(i)] })
      return send(owner, token, data, 0)
    }),
    crowd.map(({ owner }, i) => send(owner, vault, bondData(amountOf(i)), 1)),
    crowd.map(({ owner, account }, i) => send(owner, vault, keysData(account.address, peerKeyOf(10_000 + i), consents[i]!), 2)),
    crowd.map(({ owner }, i) => send(owner, vault, allocateData(task, stakeOf(i)), 3)),
  ]
  await ask(anvil.rpcUrl, [
    { method: 'anvil_autoImpersonateAccount', params: [true] },
    { method: 'evm_setAutomine', params: [false] },
    { method: 'evm_setBlockGasLimit', params: [numberToHex(BigInt(BATCH) * GAS)] },
  ])
  // Anvil answers the calls of a batch side by side, so the balances come first.
  await ask(
    anvil.rpcUrl,
    crowd.map(({ owner }) => ({ method: 'anvil_setBalance', params: [owner, numberToHex(parseEther('10'))] })),
  )
  for (const step of steps) {
    for (let from = 0; from < step.length; from += BATCH) {
      await ask(anvil.rpcUrl, step.slice(from, from + BATCH))
      await ask(anvil.rpcUrl, [{ method: 'anvil_mine', params: ['0x1'] }])
    }
  }
  await ask(anvil.rpcUrl, [
    { method: 'evm_setBlockGasLimit', params: [numberToHex(30_000_000n)] },
    { method: 'evm_setAutomine', params: [true] },
    { method: 'anvil_autoImpersonateAccount', params: [false] },
  ])
  return crowd
}

const bondData = (amount: bigint): Hex => encodeFunctionData({ abi: stakeVaultAbi, functionName: 'bond', args: [amount] })
const keysData = (...args: [Address, Hex, Hex]): Hex =>
  encodeFunctionData({ abi: stakeVaultAbi, functionName: 'registerKeys', args })
const allocateData = (task: bigint, amount: bigint): Hex =>
  encodeFunctionData({ abi: stakeVaultAbi, functionName: 'allocate', args: [task, ROLES.indexOf('member'), amount] })

interface Call {
  method: string
  params: readonly unknown[]
}

/** A JSON-RPC batch; the first error ends it. */
async function ask(rpcUrl: string, calls: readonly Call[]): Promise<void> {
  const body = JSON.stringify(calls.map((call, id) => ({ jsonrpc: '2.0', id, ...call })))
  const response = await fetch(rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const answers = (await response.json()) as { error?: { message: string } }[]
  const failed = answers.find(({ error }) => error)
  if (failed) throw new Error(`anvil refused: ${failed.error!.message}`)
}
