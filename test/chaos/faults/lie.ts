import { setTimeout as sleep } from 'node:timers/promises'
import { readCurrentRound } from '../../../src/chain/index.ts'
import { sameAddress } from '../../../src/protocol/index.ts'
import type { Address } from '../../../src/protocol/index.ts'
import { falseClaims } from '../checkers/index.ts'
import { isAsked } from '../is-asked.ts'
import { partyOf } from '../world.ts'
import type { World } from '../world.ts'
import type { Fault } from './fault.ts'

/** How long a liar tries to get the seat, ms. */
const WAIT_MS = 90_000

/** Honest operators are away, and the seat goes to one that lies in every round until it is caught. */
export const lieFaults: readonly Fault[] = [
  {
    name: 'lie',
    group: 'lie',
    seconds: [20, 40],
    targets: ({ lies }) => lies.map((_, index) => `liar-${index}`),
    async inject(world, { target }) {
      const { turn, note } = world
      const operators = ['coordinator', 'standby'].map((name) => ({ name, program: partyOf(world, name).program }))
      const liar = partyOf(world, target)
      if (!(await noLieStands(world))) {
        note(`${target} does not lie: a false claim stands, and nobody can build on it`)
        return () => {}
      }
      if (!(await passes(world, async () => !(await isAsked(world))))) {
        note(`${target} does not lie: an honest operator has to answer the court`)
        return () => {}
      }
      await Promise.all(operators.map(async ({ name, program }) => turn(name, async () => program.stop())))
      await turn(target, async () => liar.program.start())
      const got = await seatOf(world, liar.owner)
      note(got ? `${target} has the seat` : `${target} did not get the seat`)
      for (const { name, program } of operators) await turn(name, async () => program.start())
      return async () => {
        await turn(target, async () => liar.program.stop())
      }
    },
  },
]

/** Whether that operator gets the seat. The time of the round without its operator is skipped. */
async function seatOf(world: World, owner: Address): Promise<boolean> {
  const { consortium, signal } = world
  const { founded, miner } = consortium
  const until = performance.now() + WAIT_MS
  while (performance.now() < until && !signal.aborted) {
    await sleep(1000)
    const current = await readCurrentRound(founded.chain, { ledger: founded.contracts.ledger, task: founded.task }).catch(
      () => undefined,
    )
    if (!current) continue
    if (sameAddress(current.operator, owner)) return true
    // Time is skipped here, and who is away for a whole window of the court loses its stake by the rules.
    if (await isAsked(world)) return false
    if (current.state !== 'empty') {
      const end = current.state === 'commit' ? current.sealEnd : current.postEnd
      if (miner.time < end) await miner.jump(Math.min(60, end - miner.time))
    } else if (miner.time < current.emptySince + 960) await miner.jump(30)
  }
  return false
}

/** Whether the lies of others are gone, or go soon. */
async function noLieStands(world: World): Promise<boolean> {
  return passes(world, async () => falseClaims(world).length === 0)
}

/** Whether something holds soon. */
async function passes({ signal }: World, holds: () => Promise<boolean>): Promise<boolean> {
  const until = performance.now() + WAIT_MS
  for (;;) {
    if (await holds()) return true
    if (performance.now() >= until || signal.aborted) return false
    await sleep(1000)
  }
}
