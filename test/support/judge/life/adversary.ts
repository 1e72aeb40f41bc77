import { keccak, toHex } from '../../../../src/protocol/index.ts'
import type { AttestationMessage, Hash, Message, RevealMessage } from '../../../../src/protocol/index.ts'
import { MEMBERS, TASK } from '../random-round.ts'
import { accountOf, memberKey } from './accounts.ts'
import { WINDOWS } from './life-chain.ts'
import type { LifeNode } from './life-node.ts'
import type { LifeWorld } from './life-world.ts'

/** How a Byzantine member commits, by chance. */
const COMMITS = [
  'not at all',
  'late',
  'twice',
  'by gossip alone',
  'by force',
  'by force, signed',
  'signed, and another by force',
  'by force, and another signed',
  'with another key',
  'undone by a reorganisation',
  'undone by a reorganisation, then another',
  'in time',
  'in time',
  'in time',
] as const
const REVEALS = ['not at all', 'to some', 'late', 'with another key', 'another root', 'in time', 'in time', 'in time'] as const
const ATTESTS = [
  'not at all',
  'nothing',
  'anything',
  'twice',
  'late',
  'over another digest',
  'too many bits',
  'by another key',
] as const

/** What a Byzantine member has for the round. */
export interface Offer {
  root: Hash
  /** Another one, for a second commitment. */
  second: Hash
}

/**
 * Lets a Byzantine member loose on a round: it chooses by chance how it commits, reveals, serves its bytes and attests. Everything that it
 * signs goes to the log.
 */
export function unleash(world: LifeWorld, slot: number, { root, second }: Offer): void {
  const { random, chain, log } = world
  const { member } = MEMBERS[slot]!
  const [first, other] = [world.commitmentTo(slot, root), world.commitmentTo(slot, second)]
  const pick = <T>(values: readonly T[]): T => values[random(values.length)]!
  const some = (): LifeNode[] => world.nodes.filter(() => random(2) === 0)
  const at = random(WINDOWS.commit - 5)
  const later = at + random(WINDOWS.commit - at)
  const opened = (when: number, act: () => unknown): void => world.plan('opened', when, act)
  const sealed = (when: number, act: () => unknown): void => world.plan('sealed', when, act)
  /** Registered once, or never. */
  const wrongKey = (): ReturnType<typeof memberKey> =>
    random(3) === 0 ? accountOf('operator key') : memberKey(slot, pick([0, 1, 2, 3, chain.versionOf(slot)]))

  const hand = async (commitment: Hash): Promise<void> => void (await world.handIn(await world.signCommitment(slot, commitment)))
  const gossip = async (commitment: Hash, nodes: readonly LifeNode[]): Promise<void> =>
    world.tell(await world.signCommitment(slot, commitment), nodes)
  const force = async (commitment: Hash, signed: boolean): Promise<void> => {
    const { signature } = await world.signCommitment(slot, commitment)
    world.force(member, commitment, signed ? signature : '0x')
  }
  const doomed = (commitment: Hash, until: number): void => {
    opened(at, () => world.force(member, commitment, '0x', true))
    opened(until, () => world.reorganise())
  }

  const commit = pick(COMMITS)
  log.count(`commitment: ${commit}`)
  switch (commit) {
    case 'late':
      opened(WINDOWS.commit - random(3), () => hand(first))
      opened(WINDOWS.commit + random(20), () => gossip(first, world.nodes))
      break
    case 'twice':
      opened(at, () => gossip(other, some()))
      opened(at, () => hand(first))
      opened(later, () => gossip(first, some()))
      break
    case 'by gossip alone':
      opened(at, () => gossip(first, some()))
      break
    case 'by force':
      opened(at, () => force(first, false))
      break
    case 'by force, signed':
      opened(later, () => force(first, true))
      break
    case 'signed, and another by force':
      opened(at, () => hand(first))
      opened(later, () => force(other, random(2) === 0))
      break
    case 'by force, and another signed':
      opened(at, () => force(other, random(2) === 0))
      opened(later, () => hand(first))
      break
    case 'with another key':
      opened(at, async () => world.handIn(await world.signCommitment(slot, first, wrongKey())))
      break
    case 'undone by a reorganisation':
      // The last blocks before the seal are those that are undone.
      doomed(first, WINDOWS.commit - 20 + random(30))
      break
    case 'undone by a reorganisation, then another':
      doomed(first, at + random(20))
      opened(at + 20, () => (random(2) === 0 ? force(other, false) : hand(other)))
      break
    case 'in time':
      opened(at, () => hand(first))
      opened(later, () => gossip(first, world.nodes))
      break
    case 'not at all':
  }

  const reveal = pick(REVEALS)
  log.count(`reveal: ${reveal}`)
  if (reveal !== 'not at all') {
    const span = WINDOWS.reveal + WINDOWS.attest
    sealed(reveal === 'late' ? WINDOWS.reveal + random(WINDOWS.attest + 30) : random(span), async () => {
      const nodes = reveal === 'to some' ? some() : world.nodes
      const key = reveal === 'with another key' ? wrongKey() : world.keyOf(slot)
      const shown = reveal === 'another root' ? [second, toHex(keccak(Buffer.from(root.slice(2), 'hex')))] : [root, second]
      for (const updateRoot of shown) {
        const body = { task: TASK, round: world.round, member, updateRoot, salt: world.salt }
        const signature = await log.sign('Reveal', body, key)
        await world.tell({ kind: 'reveal', ...body, signature } satisfies RevealMessage, nodes)
      }
    })
    const given = random(4)
    const serve = (nodes: readonly LifeNode[]): void => [root, second].forEach((one) => world.serve(one, nodes))
    if (given > 0) sealed(random(span), () => serve(given === 1 ? some() : world.nodes))
  }

  const attest = pick(ATTESTS)
  log.count(`attestation: ${attest}`)
  const attested = async (held: bigint, nodes: readonly LifeNode[], commitments?: Hash): Promise<void> => {
    const digest = commitments ?? chain.sealed!.digest
    const body = { task: TASK, round: world.round, member, commitments: digest, held }
    const key = attest === 'by another key' ? wrongKey() : world.keyOf(slot)
    const signature = await log.sign('Attestation', body, key)
    await world.tell({ kind: 'attestation', ...body, signature } satisfies AttestationMessage, nodes)
  }
  const anything = (): bigint => BigInt(random(2 ** 16)) & ((1n << BigInt(chain.sealed!.count)) - 1n)
  const soon = random(WINDOWS.reveal + WINDOWS.attest)
  const over = WINDOWS.reveal + WINDOWS.attest
  if (attest === 'nothing') sealed(soon, () => attested(0n, world.nodes))
  else if (attest === 'late') sealed(over + random(60), () => attested(anything(), world.nodes))
  else if (attest === 'over another digest') sealed(soon, () => attested(anything(), world.nodes, first))
  else if (attest === 'too many bits') sealed(soon, () => attested(anything() | (1n << 100n), world.nodes))
  else if (attest !== 'not at all') sealed(soon, () => attested(anything(), attest === 'twice' ? some() : world.nodes))
  if (attest === 'twice') sealed(soon + random(20), () => attested(anything(), world.nodes))
}

/** Statements of earlier rounds, sent again: as they were, and as if they were of this one. */
export function repeatOld(world: LifeWorld, old: readonly Message[]): void {
  const { random, log } = world
  if (old.length === 0) return
  for (const from of ['opened', 'sealed'] as const) {
    for (let k = 0; k < 8; k++) {
      const message = old[random(old.length)]!
      log.count(`replayed: ${message.kind}`)
      const sent = random(2) === 0 ? message : { ...message, round: world.round }
      world.plan(from, random(100), () => world.tell(sent, world.nodes))
    }
  }
}

/** Members that replace their keys in the middle of a round. */
export function rotateSome(world: LifeWorld): void {
  const { random, chain, log } = world
  for (const { slot } of MEMBERS.slice(0, 8)) {
    if (random(12) !== 0) continue
    world.plan(random(2) ? 'opened' : 'sealed', random(100), () => {
      if (chain.isPaused) return
      log.count('key replaced in a round')
      chain.rotate(slot)
    })
  }
}
