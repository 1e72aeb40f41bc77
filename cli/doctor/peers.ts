import { isRelayedText, newestRecords, peerKeyFromSeed } from '../../src/network/index.ts'
import { fromHex } from '../../src/protocol/index.ts'
import type { Hash } from '../../src/protocol/index.ts'
import { fault, note, ok } from './finding.ts'
import type { DoctorFinding } from './finding.ts'
import { dial, portOf } from './ports.ts'

export interface CheckPeersOptions {
  /** Signed records of peers, as operators pass them on. */
  records: readonly Uint8Array[]
  /** Secret of the peer key of the node; undefined where it cannot be read. */
  seed: Hash | undefined
  /** Whether the node runs on this machine now. */
  running: boolean
}

/** Whether the nodes of others can be dialled, and whether another node runs with the key of this one. */
export async function checkPeers({ records, seed, running }: CheckPeersOptions): Promise<DoctorFinding[]> {
  const own = seed && (await peerKeyFromSeed(fromHex(seed)))
  const opened = await newestRecords(records)
  const tried = await Promise.all(
    opened.map(async (record) => {
      const mine = record.peerKey === own
      // Where a relay answers, the node behind it may be another one, or none.
      const direct = record.addresses.filter((address) => !isRelayedText(address))
      return { ...record, mine, answers: await anyOf(mine ? direct : record.addresses) }
    }),
  )
  const mine = tried.find((peer) => peer.mine)
  const others = tried.filter((peer) => !peer.mine)
  const twin =
    mine?.answers !== undefined && !running
      ? [
          fault(
            'another node with this key',
            `${mine.answers} answers, where a node with this peer key announced itself, and no node runs here with this state folder`,
            'stop that node before you start this one: two nodes with one key may be fined (KEY_IN_USE_ELSEWHERE in docs/errors.md)',
          ),
        ]
      : []
  if (others.length === 0) return [...twin, note('peers', 'no other node has announced itself yet')]
  const silent = others.filter(({ answers }) => answers === undefined)
  const names = silent.map(({ addresses, peerKey }) => addresses[0] ?? peerKey).join(', ')
  const advice = 'check the firewall of this machine for outgoing connections, and ask the owners whether their nodes run'
  const reached = `${others.length - silent.length} of ${others.length} can be dialled`
  if (silent.length === 0) return [...twin, ok('peers', reached)]
  return [...twin, (silent.length === others.length ? fault : note)('peers', `${reached}; not ${names}`, advice)]
}

/** The first address that answers. */
async function anyOf(addresses: readonly string[]): Promise<string | undefined> {
  for (const address of addresses) {
    const at = portOf(address)
    if (at !== undefined && (await dial(at)) === undefined) return `${at.host}:${at.port}`
  }
  return undefined
}
