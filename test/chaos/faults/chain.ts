import { between, oneOf, theChain } from './fault.ts'
import type { Fault } from './fault.ts'

/** Faults of the chain itself, which everybody sees. */
export const chainFaults: readonly Fault[] = [
  {
    name: 'reorg',
    group: 'chain',
    seconds: [0, 0],
    targets: theChain,
    draw: (random) => ({ depth: between(random, 1, 8), fate: oneOf(random, ['drop', 'replay']) }),
    async inject({ consortium, note }, { params = {} }) {
      const undone = await consortium.miner.reorganise(Number(params['depth']), params['fate'] === 'replay' ? 'replay' : 'drop')
      note(`${undone} blocks were undone`)
      return () => {}
    },
  },
  {
    name: 'jump',
    group: 'chain',
    seconds: [0, 0],
    targets: theChain,
    draw: (random) => ({ by: between(random, 20, 150) }),
    async inject({ consortium }, { params = {} }) {
      await consortium.miner.jump(Number(params['by']))
      return () => {}
    },
  },
  {
    name: 'stall',
    group: 'chain',
    seconds: [3, 20],
    targets: theChain,
    inject({ consortium: { miner } }) {
      miner.stalled = true
      return () => {
        miner.stalled = false
      }
    },
  },
  {
    name: 'fee-spike',
    group: 'chain',
    seconds: [3, 20],
    targets: theChain,
    draw: (random) => ({ gwei: oneOf(random, [20, 500]) }),
    inject({ consortium: { miner } }, { params = {} }) {
      miner.baseFee = BigInt(Number(params['gwei'])) * 10n ** 9n
      return () => {
        miner.baseFee = undefined
      }
    },
  },
  {
    name: 'mempool-lost',
    group: 'chain',
    seconds: [2, 10],
    targets: theChain,
    inject({ consortium: { miner, rpc } }) {
      // Blocks are held so that transactions wait; then all of them are forgotten.
      miner.stalled = true
      return async () => {
        await rpc('anvil_dropAllTransactions')
        miner.stalled = false
      }
    },
  },
  {
    name: 'node-frozen',
    group: 'chain',
    seconds: [2, 20],
    targets: theChain,
    inject({ consortium }) {
      process.kill(consortium.founded.anvil.pid, 'SIGSTOP')
      return () => {
        process.kill(consortium.founded.anvil.pid, 'SIGCONT')
      }
    },
  },
]
