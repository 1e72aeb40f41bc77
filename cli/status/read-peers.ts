import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { getAddress } from 'viem'
import { readAccount, readMembers } from '../../src/chain/index.ts'
import type { Chain, Contracts } from '../../src/chain/index.ts'
import { hostOf } from '../../src/config/index.ts'
import type { NodeConfig } from '../../src/config/index.ts'
import { isRelayedText, newestRecords } from '../../src/network/index.ts'
import { toHex } from '../../src/protocol/index.ts'
import type { Address, Hash } from '../../src/protocol/index.ts'
import { createCoordinatorClient } from '../../src/rpc/index.ts'
import { lastSecond } from './last-second.ts'

/** How long an operator has for its answer, ms. */
const MOST_MS = 5_000

/** A node, and where it says that it can be dialled. */
export interface PeerStatus {
  peerKey: Hash
  /** Who registered the key in the task; null for a stranger. */
  owner: Address | null
  role: 'member' | 'operator' | null
  /** Multiaddrs. */
  addresses: string[]
  /** Whether others reach it only through a relay. */
  relayed: boolean
}

/** What the operators of a configuration tell of the nodes of a task. */
export interface PeersStatus {
  /** Whom the command asked; `failure` says why there is no answer. */
  operators: { address: string; failure: string | null }[]
  peers: PeerStatus[]
}

export interface PeersNeeds {
  config: NodeConfig
  chain: Chain
  contracts: Pick<Contracts, 'vault'>
  task: bigint
}

/** Asks every operator of a configuration for the signed addresses of the nodes that it knows. An operator's own configuration names its own node. */
export async function readPeers({ config, chain, contracts: { vault }, task }: PeersNeeds): Promise<PeersStatus> {
  const [asked, { members }] = await Promise.all([
    Promise.all(operatorsOf(config).map(ask)),
    readMembers(chain, { vault, task, timepoint: await lastSecond(chain) }),
  ])
  const owners = new Map<Hash, Pick<PeerStatus, 'owner' | 'role'>>(
    members.map(({ member, peerKey }) => [peerKey, { owner: member, role: 'member' }]),
  )
  for (const owner of new Set(asked.flatMap(({ operator }) => operator ?? [])))
    owners.set((await readAccount(chain, { vault, task, owner })).peerKey, { owner, role: 'operator' })
  const records = await newestRecords(asked.flatMap(({ records: told }) => told))
  return {
    operators: asked.map(({ address, failure }) => ({ address, failure })),
    peers: records.map(({ peerKey, addresses }) => ({
      peerKey,
      ...(owners.get(peerKey) ?? { owner: null, role: null }),
      addresses,
      relayed: addresses.length > 0 && addresses.every(isRelayedText),
    })),
  }
}

interface Operator {
  address: string
  ca: string
}

interface Asked {
  address: string
  failure: string | null
  operator: Address | undefined
  records: readonly Uint8Array[]
}

function operatorsOf(config: NodeConfig): readonly Operator[] {
  if (config.role === 'member') return config.coordinator
  const { listen } = config.grpc
  const host = hostOf(listen)
  // Whoever listens on every interface is reached on this one.
  const local = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : listen.slice(0, listen.lastIndexOf(':'))
  const port = listen.slice(listen.lastIndexOf(':'))
  return [{ address: local + port, ca: join(config.state.folder, 'tls', 'tls-cert.pem') }]
}

async function ask({ address, ca }: Operator): Promise<Asked> {
  try {
    const client = createCoordinatorClient({ address, tls: { ca: await readFile(ca, 'utf8') } })
    try {
      const { operator, peerRecords } = await client.getTask({ signal: AbortSignal.timeout(MOST_MS) })
      return {
        address,
        failure: null,
        operator: operator.length === 20 ? getAddress(toHex(operator)) : undefined,
        records: peerRecords,
      }
    } finally {
      client.close()
    }
  } catch (error) {
    return { address, failure: (error as Error).message, operator: undefined, records: [] }
  }
}
