import { rowsToSeal } from '../../src/node/duties/seal.ts'
import type { Said } from '../../src/node/rounds/said.ts'
import { commitmentOf, eventOf, forcedHashOf, toHex } from '../../src/protocol/index.ts'
import type { CommitmentMessage, Hash, Message, RoundEffect, RoundEvent, RoundState } from '../../src/protocol/index.ts'
import { keccak } from '../../src/protocol/hash.ts'
import type { Person } from './cast.ts'
import type { Transaction } from './ledger.ts'
import { SIGNATURE, TASK } from './task.ts'
import type { World } from './world.ts'

/** What a duty of a node needs. */
export interface DutyPorts {
  person: Person
  world: Pick<World, 'fault' | 'handIn' | 'truth'>
  said: Said
  /** Lives of the state folder: a lost update is trained anew, with another outcome. */
  life: number
  /** From now on the node serves the update. */
  hold: (updateRoot: Hash) => void
  /** @returns whether a peer has the update */
  fetch: (updateRoot: Hash) => boolean
  publish: (message: Message) => void
  /** Sends a transaction unless the one of the same key still waits. */
  send: (key: string, tx: Transaction) => void
}

/** Pays one debt of a node. What the duties do in a program, without waiting. @returns what the node knows after it */
export function perform(effect: RoundEffect, state: RoundState, ports: DutyPorts): RoundEvent[] {
  const { person, world, said, life, publish } = ports
  const { owner: member, honest } = person
  const { round, openedAt } = state.plan
  const base = { task: TASK, round, member, signature: SIGNATURE }
  switch (effect.type) {
    case 'train': {
      const updateRoot = toHex(keccak(new TextEncoder().encode(`${member} ${round} ${life}`)))
      ports.hold(updateRoot)
      return [{ type: 'trained', updateRoot, salt: updateRoot }]
    }
    case 'commit': {
      const commitment = commitmentOf(TASK, round, member, effect.updateRoot, effect.salt)
      const message: CommitmentMessage = { kind: 'commitment', ...base, commitment }
      publish(message)
      return [eventOf(message)!]
    }
    case 'handIn': {
      const commitment = commitmentOf(TASK, round, member, effect.updateRoot, effect.salt)
      if (!world.handIn({ kind: 'commitment', ...base, commitment }, state.plan.operator)) return []
      const notice: Message = { kind: 'receiptNotice', ...base, commitment, operatorKey: state.plan.operatorKey }
      publish(notice)
      return [eventOf(notice)!]
    }
    case 'force': {
      const commitment = commitmentOf(TASK, round, member, effect.updateRoot, effect.salt)
      return sent(ports, effect.key, { type: 'force', from: member, round, commitment })
    }
    case 'reveal': {
      const { updateRoot, salt } = effect
      const message: Message = { kind: 'reveal', ...base, updateRoot, salt }
      publish(message)
      return [eventOf(message)!]
    }
    case 'fetch':
      return ports.fetch(effect.updateRoot) ? [{ type: 'held', updateRoot: effect.updateRoot }] : []
    case 'attest': {
      const { commitments } = effect
      const about = `${round}:${commitments}`
      const held = world.fault === 'unsaid' ? effect.held : said('attestation', about, () => effect.held)
      const message: Message = { kind: 'attestation', ...base, commitments, held }
      publish(message)
      return [eventOf(message)!]
    }
    case 'list': {
      const rows = rowsToSeal(state)
      // A Byzantine operator leaves somebody out.
      return [{ type: 'list', rows: honest || rows.length < 4 ? rows : rows.slice(1), known: state.commitments.size }]
    }
    case 'seal': {
      const { list = [], forced } = state
      const call = { round, openedAt, digest: effect.digest, count: list.length, forcedHash: forcedHashOf(forced) }
      return sent(ports, effect.key, { type: 'seal', from: member, ...call })
    }
    case 'build':
      return [
        {
          type: 'built',
          openedAt: state.plan.openedAt,
          over: state.sealed!.digest,
          ...world.truth.claimOf(state, !honest && round % 2n === 0n),
        },
      ]
    case 'post': {
      const { claim, claimHash } = state.built!
      const call = { round, openedAt, digest: state.sealed!.digest, claim, claimHash }
      return sent(ports, effect.key, { type: 'post', from: member, ...call })
    }
    case 'fail':
      return sent(ports, effect.key, { type: 'fail', from: member })
    case 'replay':
    case 'void':
      return []
  }
}

function sent({ send }: DutyPorts, key: string, tx: Transaction): [] {
  send(key, tx)
  return []
}
