import { createTestClient, encodeFunctionData, http, toFunctionSelector, zeroHash } from 'viem'
import type { Hex } from 'viem'
import {
  connectChain,
  deployExecutor,
  deployOracle,
  executeAction,
  limitAgent,
  permitCall,
  proposeAction,
  readAgent,
  readScore,
  resetBreaker,
  setFeed,
  startAnvil,
  submitScore,
  TransactionSender,
  validateAction,
} from '../../src/chain/index.ts'
import type { Reason } from '../../src/chain/index.ts'
import { silentLogger } from '../../src/core/index.ts'
import { keccak, lowerHex, signAction, signScore, toHex } from '../../src/protocol/index.ts'
import type { Address, AgentAction, Hash, ScoreAttestation } from '../../src/protocol/index.ts'
import { compileSolidity } from '../support/compile-solidity.ts'
import type { Holdings, Trade } from './plan-trade.ts'

/** Limits of the executor and of the portfolio. */
export const LIMITS = {
  /** Largest share of the asset after a purchase, basis points: a cap of the portfolio. */
  exposureBps: 5000,
  /** Turnover in cash: a cap of the executor. */
  perAction: 150_000n,
  perDay: 250_000n,
  threshold: 400n,
  extreme: 900n,
} as const

const DAY = 86_400
const FEED = toHex(keccak(new TextEncoder().encode('volatility')))
/** Prices are scaled by 2^32. */
const ONE = 2n ** 32n

/** What became of an action. */
export type Outcome = 'executed' | 'tripped' | { refused: Reason | 'call' }

/** A portfolio of cash and an asset on a local chain, whose agent trades through an executor. */
export interface Market extends AsyncDisposable {
  holdings: () => Promise<Holdings & { exposureBps: number }>
  /** The price of the asset in cash. */
  setPrice: (price: number) => Promise<void>
  /** Three signers say how risky the asset is, 0 to 1000. */
  score: (risk: bigint) => Promise<void>
  /** Seconds of the chain. */
  pass: (seconds: number) => Promise<void>
  /** The agent proposes a trade, and somebody executes it. */
  act: (trade: Trade) => Promise<Outcome>
  /** The owner looks at what happened, and lets the agent go on. */
  reset: () => Promise<void>
}

/** Starts a chain with everything on it. Dispose of it. */
export async function openMarket(): Promise<Market> {
  await using parts = new AsyncDisposableStack()
  const anvil = parts.adopt(await startAnvil({ accounts: 6 }), async (one) => one.stop())
  const chain = parts.adopt(
    await connectChain({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, logger: silentLogger }),
    async (one) => one.close(),
  )
  const test = createTestClient({ mode: 'anvil', transport: http(anvil.rpcUrl) })
  const [owner, agent, ...signers] = anvil.accounts.slice(0, 5).map(({ account }) => account)
  const sender = new TransactionSender({ chain, account: owner! })
  const contracts = compileSolidity(new URL('Portfolio.sol', import.meta.url))
  const deploy = async (name: string, args: readonly unknown[]): Promise<Address> => {
    const { abi, bytecode } = contracts[name]!
    return (await sender.deploy({ doing: `deploy ${name}`, abi, bytecode, args })).contractAddress
  }
  const call = async (name: string, to: Address, functionName: string, args: readonly unknown[]): Promise<unknown> =>
    sender.write({ doing: functionName, to, abi: contracts[name]!.abi, functionName, args })

  const { oracle } = await deployOracle(sender, { owner: owner!.address })
  const rules = { model: zeroHash, quorum: 2, maxAge: 2 * DAY, minimum: 0n, maximum: 1000n, maxSpread: 1000n }
  await setFeed(sender, { oracle, feed: FEED, rules, signers: signers.map(({ address }) => address) })
  const { executor } = await deployExecutor(sender, { owner: owner!.address, oracle })
  const [cash, asset] = [await deploy('Coin', []), await deploy('Coin', [])]
  const desk = await deploy('Desk', [cash, asset])
  const portfolio = await deploy('Portfolio', [desk, executor, LIMITS.exposureBps])
  const subject: Hash = `0x${asset.slice(2).toLowerCase().padStart(64, '0')}`
  for (const coin of [cash, asset]) await call('Coin', coin, 'mint', [desk, 10n ** 12n])
  await call('Coin', cash, 'mint', [portfolio, 1_000_000n])

  const limits = {
    stage: 'capped',
    delay: 0,
    cooldown: 60,
    window: DAY,
    actionsPerWindow: 4,
    amountPerAction: LIMITS.perAction,
    amountPerWindow: LIMITS.perDay,
    feed: FEED,
    threshold: LIMITS.threshold,
    extreme: LIMITS.extreme,
  } as const
  await limitAgent(sender, { executor, agent: agent!.address, limits })
  const { abi } = contracts['Portfolio']!
  const selector = toFunctionSelector('rebalance(bool,uint128)')
  // The second argument of `rebalance` is the amount that the executor counts.
  await permitCall(sender, { executor, agent: agent!.address, target: portfolio, selector, allowed: true, amountWord: 1 })

  const now = async (): Promise<bigint> => (await chain.publicClient.getBlock()).timestamp
  const pass = async (seconds: number): Promise<void> => {
    await test.increaseTime({ seconds })
    await test.mine({ blocks: 1 })
  }
  const read = async (functionName: string): Promise<unknown> =>
    chain.publicClient.readContract({ address: portfolio, abi, functionName })
  const running = parts.move()
  return {
    pass,
    async holdings() {
      const [inCash, inAsset] = (await read('values')) as [bigint, bigint]
      return { cash: inCash, asset: inAsset, exposureBps: Number(await read('exposureBps')) }
    },
    setPrice: async (price) => void (await call('Desk', desk, 'setPrice', [BigInt(Math.round(price * Number(ONE)))])),
    async score(risk) {
      await pass(1)
      const { nonce } = await readScore(chain, { oracle, feed: FEED, subject })
      const attestation: ScoreAttestation = {
        feed: FEED,
        model: zeroHash,
        subject,
        nonce: nonce + 1n,
        score: risk,
        time: await now(),
      }
      const domain = { chainId: chain.chainId, contract: oracle }
      const [first, ...others] = await Promise.all(
        signers.map(async (account) => {
          const signature = await signScore(domain, attestation, account)
          return { attestation, signer: lowerHex(account.address), signature }
        }),
      )
      await submitScore(sender, { oracle, attestations: [first!, ...others] })
    },
    async act({ buy, value }) {
      const data: Hex = encodeFunctionData({ abi, functionName: 'rebalance', args: [buy, value] })
      const { nextNonce: nonce } = await readAgent(chain, { executor, agent: agent!.address })
      const expiry = (await now()) + BigInt(DAY)
      const action: AgentAction = { agent: agent!.address, target: portfolio, value: 0n, data, subject, nonce, expiry }
      const signature = await signAction({ chainId: chain.chainId, contract: executor }, action, agent!)
      await proposeAction(sender, { executor, action, signature })
      const reason = await validateAction(chain, { executor, action })
      // These two trip the breaker when somebody executes.
      if (reason !== 'none' && reason !== 'extreme' && reason !== 'staleScore') return { refused: reason }
      const done = await executeAction(sender, { executor, action }).catch((error: { details?: { error?: string } }) => {
        if (error.details?.error === 'CallFailed') return undefined
        throw error
      })
      if (done === undefined) return { refused: 'call' }
      return done.outcome === 'tripped' ? 'tripped' : 'executed'
    },
    reset: async () => void (await resetBreaker(sender, { executor })),
    [Symbol.asyncDispose]: async () => running.disposeAsync(),
  }
}
