import { partyOf } from '../world.ts'
import { everyone, theChain } from './fault.ts'
import type { Fault } from './fault.ts'

/** Programs end, stand still and start again. */
export const processFaults: readonly Fault[] = [
  {
    name: 'kill',
    group: 'process',
    seconds: [0, 15],
    targets: everyone,
    async inject({ consortium, turn }, { target }) {
      const { program } = partyOf({ consortium }, target)
      await turn(target, async () => program.kill())
      return async () => turn(target, async () => program.start())
    },
  },
  {
    name: 'freeze',
    group: 'process',
    seconds: [2, 25],
    targets: everyone,
    inject({ consortium }, { target }) {
      const { program } = partyOf({ consortium }, target)
      program.freeze()
      return () => program.thaw()
    },
  },
  {
    name: 'restart',
    group: 'process',
    seconds: [0, 5],
    targets: everyone,
    async inject({ consortium, turn, note }, { target }) {
      const { program } = partyOf({ consortium }, target)
      const byItself = await turn(target, async () => program.stop())
      if (!byItself) note(`${target} had to be killed: it did not end by itself`)
      return async () => turn(target, async () => program.start())
    },
  },
  {
    name: 'power-cut',
    group: 'process',
    seconds: [0, 5],
    targets: theChain,
    async inject({ consortium, turn }) {
      const running = [...consortium.parties].filter(([, { program }]) => program.state !== 'down')
      await Promise.all(running.map(async ([name, { program }]) => turn(name, async () => program.kill())))
      return async () => {
        await Promise.all(running.map(async ([name, { program }]) => turn(name, async () => program.start())))
      }
    },
  },
]
