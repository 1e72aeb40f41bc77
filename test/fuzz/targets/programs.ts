import { encodeAbiParameters, encodeEventTopics, fromRlp } from 'viem'
import { roundLedgerAbi } from '../../../src/chain/abi/index.ts'
import { encodeHeader, toLedgerEvent } from '../../../src/chain/index.ts'
import type { RawBlock } from '../../../src/chain/index.ts'
import { readReply } from '../../../src/chain/rpc/read-reply.ts'
import { coordinatorSchema } from '../../../src/config/coordinator-config.ts'
import { memberSchema } from '../../../src/config/member-config.ts'
import { parseConfig } from '../../../src/config/read-config.ts'
import { parseEvent } from '../../../src/node/index.ts'
import { claimHash } from '../../../src/protocol/index.ts'
import type { Claim, Hex } from '../../../src/protocol/index.ts'
import { decodeValue, encodeValue } from '../../../src/storage/journal-codec.ts'
import { parsePartition } from '../../../src/training/datasets/partition.ts'
import { accepted, sameText, toBytes, toText } from '../target.ts'
import type { FuzzTarget } from '../target.ts'
import { ADDRESS, HASH } from './samples.ts'

const COMMON = `[chain]
rpcUrl = "http://127.0.0.1:8545"
chainId = 31337
ledger = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
fromBlock = 12
sealDepth = 1
[keys]
operator = "keys/operator.key"
peer = "keys/peer.key"
[state]
folder = "state"
keepRounds = "all"
[p2p]
listen = ["/ip4/0.0.0.0/tcp/4001"]
announce = ["/dns4/node.example/tcp/4001"]
[log]
level = "info"
[metrics]
listen = "127.0.0.1:9090"
`
const MEMBER = `${COMMON}[task]
id = 1
[[coordinator]]
address = "localhost:7050"
ca = "ca.pem"
[training]
backend = "wasm"
partition = { kind = "dirichlet", alpha = 0.5, seed = 7, members = 4, index = 0 }
[watcher]
enabled = true
`
const COORDINATOR = `${COMMON}[task]
id = 1
spec = "spec.json"
document = "document.json"
genesis = "genesis.i32"
[grpc]
listen = "0.0.0.0:7050"
hosts = ["coordinator.example.org"]
`

const SCHEMAS = { member: memberSchema('/data'), coordinator: coordinatorSchema('/data') }

const configs: FuzzTarget[] = [
  {
    name: 'member-config',
    shape: 'text',
    seeds: [toBytes(MEMBER)],
    check: (input) => void accepted(() => parseConfig('member.toml', toText(input), SCHEMAS.member)),
  },
  {
    name: 'coordinator-config',
    shape: 'text',
    seeds: [toBytes(COORDINATOR)],
    check: (input) => void accepted(() => parseConfig('coordinator.toml', toText(input), SCHEMAS.coordinator)),
  },
]

const CLAIM: Claim = {
  parent: HASH,
  membersRoot: HASH,
  gramRoot: HASH,
  traceRoot: HASH,
  transitionRoot: HASH,
  modelRoot: HASH,
  referenceRoot: HASH,
  ledgerRoot: HASH,
  evidence: HASH,
  ledgerTotal: 2n ** 100n,
  members: 8,
}

/** A log as an RPC node answers it, before viem has parsed it. */
interface RawLog {
  address: Hex
  topics: [Hex, ...Hex[]]
  data: Hex
}

function postedLog(): RawLog {
  const item = roundLedgerAbi.find((entry) => entry.type === 'event' && entry.name === 'Posted')
  if (item?.type !== 'event') throw new Error('the ledger has no Posted event')
  const args = { task: 1n, round: 3n, claimHash: claimHash(1n, 3n, CLAIM) }
  const topics = encodeEventTopics({ abi: roundLedgerAbi, eventName: 'Posted', args })
  return {
    address: ADDRESS,
    topics: topics as RawLog['topics'],
    data: encodeAbiParameters(item.inputs.slice(3) as never, [ADDRESS, CLAIM] as never),
  }
}

const ledgerLog: FuzzTarget = {
  name: 'ledger-log',
  shape: 'json',
  seeds: [toBytes(JSON.stringify(postedLog()))],
  check(input) {
    let log: unknown
    try {
      log = JSON.parse(toText(input))
    } catch {
      return
    }
    const { address, topics, data } = (log ?? {}) as Partial<RawLog>
    const position = { blockNumber: 5n, blockHash: HASH, transactionHash: HASH, logIndex: 2, transactionIndex: 0, removed: false }
    const contracts = { ledger: ADDRESS, vault: HASH.slice(0, 42) as Hex, distributor: HASH.slice(0, 42) as Hex }
    accepted(() => toLedgerEvent({ ...position, address, topics, data } as never, contracts))
  },
}

const BLOCK: RawBlock = {
  parentHash: HASH,
  sha3Uncles: HASH,
  miner: ADDRESS,
  stateRoot: HASH,
  transactionsRoot: HASH,
  receiptsRoot: HASH,
  logsBloom: `0x${'00'.repeat(256)}`,
  difficulty: '0x0',
  number: '0x12',
  gasLimit: '0x1c9c380',
  gasUsed: '0x5208',
  timestamp: '0x66000000',
  extraData: '0x',
  mixHash: HASH,
  nonce: '0x0000000000000000',
  baseFeePerGas: '0x7',
  withdrawalsRoot: HASH,
  blobGasUsed: '0x0',
  excessBlobGas: '0x0',
  parentBeaconBlockRoot: HASH,
  requestsHash: HASH,
}

const header: FuzzTarget = {
  name: 'header',
  shape: 'json',
  seeds: [toBytes(JSON.stringify(BLOCK))],
  check(input) {
    let block: unknown
    try {
      block = JSON.parse(toText(input))
    } catch {
      return
    }
    if (typeof block !== 'object' || block === null) return
    const rlp = accepted(() => encodeHeader(block as RawBlock))
    if (rlp !== undefined && !Array.isArray(fromRlp(rlp, 'hex'))) throw new Error('no list')
  },
}

const reply: FuzzTarget = {
  name: 'rpc-reply',
  shape: 'json',
  seeds: [
    [
      { jsonrpc: '2.0', id: 1, result: '0x1' },
      { jsonrpc: '2.0', id: 2, error: { code: -32_005, message: 'limit', data: { rate: { backoff_seconds: 2 } } } },
    ],
    { jsonrpc: '2.0', id: 1, error: { code: 429, message: 'Too many requests' } },
  ].map((seed) => toBytes(JSON.stringify(seed))),
  check(input) {
    let body: unknown = toText(input)
    try {
      body = JSON.parse(toText(input))
    } catch {
      // The wire hands over the text where it is no JSON.
    }
    const calls = [1, 2].map((id) => ({ jsonrpc: '2.0' as const, id, method: 'eth_chainId' }))
    for (const status of [200, 500, undefined]) readReply('http://node', calls, { status, body })
    readReply('http://node', calls.slice(0, 1), { status: 200, body })
  },
}

const journal: FuzzTarget = {
  name: 'journal-value',
  shape: 'json',
  seeds: [
    { type: 'commitment', member: ADDRESS, stake: 10n, bytes: Uint8Array.of(1, 2), nested: [{ $bigint: 'no' }, null, true, 1.5] },
    { $bytes: 1n },
  ].map((value) => toBytes(encodeValue(value))),
  check(input) {
    const value = accepted(() => ({ value: decodeValue(toText(input)) }))
    if (!value) return
    const text = encodeValue(value.value)
    sameText(encodeValue(decodeValue(text)), text)
  },
}

const event: FuzzTarget = {
  name: 'event-line',
  shape: 'json',
  seeds: [
    '{"event":"voided","round":"7"}',
    '{"event":"garbage","round":"7","member":"0xa1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"}',
  ].map(toBytes),
  check: (input) => void parseEvent(toText(input)),
}

const partition: FuzzTarget = {
  name: 'partition',
  shape: 'text',
  seeds: ['dirichlet:0.5', 'shards:2', 'gamma:0.1'].map(toBytes),
  check: (input) => void accepted(() => parsePartition(toText(input))),
}

export const PROGRAM_TARGETS: readonly FuzzTarget[] = [...configs, ledgerLog, header, reply, journal, event, partition]
