import { mintDevelopmentTokens, NO_SLOT, readAccount, readTokenBalance, sendEther } from '../../src/chain/index.ts'
import type { Chain, Contracts, StakeAccount, TransactionSender, VaultState } from '../../src/chain/index.ts'
import { formatAmount, formatTokens, NATIVE, QuorateError } from '../../src/core/index.ts'
import type { Clock, TokenUnit } from '../../src/core/index.ts'
import type { Address } from '../../src/protocol/index.ts'

/** Gas of the owner's transactions: approval, bond, keys, allocation, gas money. Twice what they take. */
const OWNER_GAS = 2_000_000n
const LOOK_MS = 3000
const TENTH_OF_A_THOUSANDTH = 10n ** 14n

export interface JoinPlan {
  contracts: Contracts
  task: bigint
  vault: Pick<VaultState, 'joiningFee'>
  unit: TokenUnit
  owner: Address
  operatorKey: Address
  /** What is to be at risk in the task, token wei. */
  stake: bigint
  /** What the operator key is to hold for gas, wei. */
  gas: bigint
}

/** What is still to be done, and what the owner's address lacks for it. */
export interface Standing {
  account: StakeAccount
  /** To put at risk; 0 when all is. Token wei. */
  toAllocate: bigint
  /** For the operator key; wei. */
  toSend: bigint
  /** That the owner's address lacks. */
  missing: { tokens: bigint; native: bigint }
}

/** @throws QuorateError RPC_UNREACHABLE, CANCELLED */
export async function readStanding(chain: Chain, plan: JoinPlan, signal: AbortSignal): Promise<Standing> {
  const { contracts, task, owner, operatorKey, stake, gas } = plan
  const { publicClient } = chain
  const [account, tokens, native, forGas, price] = await Promise.all([
    readAccount(chain, { vault: contracts.vault, task, owner, signal }),
    readTokenBalance(chain, { token: contracts.token, owner, signal }),
    publicClient.getBalance({ address: owner }),
    publicClient.getBalance({ address: operatorKey }),
    publicClient.getGasPrice(),
  ])
  const toAllocate = above(stake, account.allocated)
  const fee = account.slot === NO_SLOT && toAllocate > 0n ? plan.vault.joiningFee : 0n
  const toSend = above(gas, forGas)
  const work = toAllocate > 0n || toSend > 0n ? OWNER_GAS * price : 0n
  return {
    account,
    toAllocate,
    toSend,
    missing: { tokens: above(above(toAllocate + fee, account.free), tokens), native: roundUp(above(work + toSend, native)) },
  }
}

export interface FundOptions {
  /** Sender that may mint the token, on a development chain. */
  mint?: TransactionSender
  /** Whether to wait for the funds; otherwise FUNDS_MISSING is thrown. */
  wait: boolean
  story: (line: string) => void
  clock: Pick<Clock, 'sleep'>
  signal: AbortSignal
}

/**
 * Sees that the owner's address has what joining takes: says the amounts and the address once, and looks until they came.
 *
 * @throws QuorateError FUNDS_MISSING, CANCELLED
 */
export async function awaitFunds(
  chain: Chain,
  plan: JoinPlan,
  { mint, wait, story, clock, signal }: FundOptions,
): Promise<Standing> {
  const { owner, contracts, unit } = plan
  let said = ''
  for (;;) {
    const standing = await readStanding(chain, plan, signal)
    const { tokens, native } = standing.missing
    if (tokens === 0n && native === 0n) return standing
    const asked = wanted(plan, standing)
    if (mint) {
      story(`· funds: giving ${asked} to ${owner}, as the development key may`)
      if (tokens > 0n) await mintDevelopmentTokens(mint, { token: contracts.token, to: owner, amount: tokens, signal })
      if (native > 0n) await sendEther(mint, { to: owner, amount: native, signal })
      continue
    }
    if (!wait)
      throw new QuorateError('FUNDS_MISSING', `${owner} lacks ${asked}`, {
        details: { owner, token: contracts.token, tokens, native },
      })
    if (said !== asked)
      story(
        [
          `· funds: send to ${owner} on chain ${chain.chainId}`,
          ...(tokens > 0n ? [`    ${formatTokens(tokens, unit)}, the token ${contracts.token}`] : []),
          ...(native > 0n ? [`    ${formatAmount(native, NATIVE)} of the chain's own currency, for gas`] : []),
          '  Waiting. You may stop here with Ctrl-C: the same command goes on later.',
        ].join('\n'),
      )
    said = asked
    await clock.sleep(LOOK_MS, signal)
  }
}

function wanted({ unit }: JoinPlan, { missing: { tokens, native } }: Standing): string {
  return [
    ...(tokens > 0n ? [formatTokens(tokens, unit)] : []),
    ...(native > 0n ? [`${formatAmount(native, NATIVE)} of native currency`] : []),
  ].join(' and ')
}

/** People type the amount. */
const roundUp = (wei: bigint): bigint => ((wei + TENTH_OF_A_THOUSANDTH - 1n) / TENTH_OF_A_THOUSANDTH) * TENTH_OF_A_THOUSANDTH

const above = (wanted: bigint, have: bigint): bigint => (wanted > have ? wanted - have : 0n)
