// Writes test/vectors/protocol.json: one set of test data for the TypeScript and the Solidity side.
// `node scripts/vectors.ts --check` fails when the file is stale. All inputs are fixed.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { privateKeyToAccount } from 'viem/accounts'
import {
  claimHash,
  commitmentOf,
  commitmentsHash,
  fromHex,
  int8Leaves,
  ledgerLeafHash,
  ledgerLevels,
  ledgerRoot,
  memberLeafHash,
  membersRoot,
  merkleLevels,
  merkleProof,
  merkleRoot,
  modelRoot,
  keccak,
  segmentRoots,
  signStatement,
  specHash,
  statementDigest,
  toHex,
  updateRoot,
  zeroHash,
} from '../src/protocol/index.ts'
import type { Claim, Hash, LedgerLeaf, MemberLeaf, StatementBody, StatementKind, TaskSpec } from '../src/protocol/index.ts'

const domain = { chainId: 31337, ledger: '0x5fbdb2315678afecb367f032d93f642f64180aa3' } as const
const account = privateKeyToAccount('0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d')
const member = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8' as const
const operator = '0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc' as const
const task = 1n
const round = 7n
const hash = (text: string): Hash => toHex(keccak(new TextEncoder().encode(text)))

const claim: Claim = {
  parent: hash('parent'),
  membersRoot: hash('members'),
  gramRoot: hash('gram'),
  traceRoot: hash('trace'),
  transitionRoot: hash('transition'),
  modelRoot: hash('model'),
  referenceRoot: hash('reference'),
  ledgerRoot: hash('ledger'),
  evidence: hash('evidence'),
  ledgerTotal: 123456789012345678901n,
  members: 8,
}
const memberLeaf: MemberLeaf = {
  member,
  slot: 3,
  weight: 100n * 10n ** 18n,
  commitment: hash('commitment'),
  signatureHash: hash('signature'),
  updateRoot: hash('update'),
  held: 0b1011n,
  attestationHash: hash('attestation'),
  verdict: 2,
  reason: 3,
  reasonArg: hash('sums'),
  beta: 8192,
  score: 987654321n,
}
const ledgerLeaf: LedgerLeaf = {
  member,
  reward: 5n * 10n ** 18n,
  strikes: 256,
  reputation: 40_000,
  extra: toHex(new Uint8Array(32)),
}
const ledger = new Map([
  [3, ledgerLeaf],
  [9, { ...ledgerLeaf, member: account.address.toLowerCase() as Hash, reward: 1n }],
])
const spec: TaskSpec = {
  tensors: [
    { length: 100_352, updateExponent: -11, modelExponent: -24, eta: 256, shift: 11 },
    { length: 10, updateExponent: -10, modelExponent: -24, eta: 256, shift: 10 },
  ],
  rule: {
    rule: 1,
    byzantineBps: 2500,
    iterations: 8,
    capQ16: 262_144,
    rejectBps: 5000,
    reference: 0,
    referenceDecay: 0,
    referenceGain: 0,
  },
  minNormSq: 1n,
  maxNormSq: 1n << 40n,
  toleranceBps: 2500,
  minSealedBps: 5000,
  rewardPerRound: 10n ** 18n,
  operatorShareBps: 1000,
  committee: 80,
  genesisModelRoot: hash('genesis'),
  document: hash('document'),
}
const update = Int8Array.from({ length: 2 * 8192 }, (_, k) => ((k * 37) % 255) - 127)
const model = Int32Array.from({ length: 8192 }, (_, k) => Math.imul(k, 2_654_435_761) | 0)
const leaves = ['a', 'b', 'c', 'd', 'e'].map((text) => fromHex(hash(text)))

/** No contract reads an evaluation, or what a member spent. */
type ReadByContracts = Exclude<StatementKind, 'Evaluation' | 'Spending'>
const bodies: { [K in ReadByContracts]: StatementBody<K> } = {
  Commitment: { task, round, member, commitment: hash('commitment') },
  Receipt: { task, round, member, commitment: hash('commitment') },
  Reveal: { task, round, member, updateRoot: hash('update'), salt: hash('salt') },
  Attestation: { task, round, member, commitments: hash('commitments'), held: 0xffn },
  Agreement: { task, round, claim: claimHash(task, round, claim) },
  Void: { task, round, claim: claimHash(task, round, claim) },
  ClaimNotice: {
    task,
    round,
    claim: claimHash(task, round, claim),
    record: hash('record'),
    opening: hash('opening'),
    revealed: 0x7fn,
    attested: 0x3fn,
    transaction: hash('transaction'),
  },
  Session: {
    task,
    operator,
    member,
    peerKey: hash('peer'),
    certificate: hash('certificate'),
    expires: 1_900_000_000n,
  },
}
const statements: Record<string, { digest: Hash; signature: Hash }> = {}
for (const kind of Object.keys(bodies) as ReadByContracts[]) {
  statements[kind] = {
    digest: statementDigest(domain, kind, bodies[kind]),
    signature: await signStatement(domain, kind, bodies[kind], account),
  }
}
const plain = (value: object): unknown =>
  JSON.parse(JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? item.toString() : item)))

const vectors = {
  domain,
  signer: account.address.toLowerCase(),
  task: task.toString(),
  round: round.toString(),
  bodies: plain(bodies),
  statements,
  claim: { value: plain(claim), hash: claimHash(task, round, claim) },
  memberLeaf: { value: plain(memberLeaf), hash: memberLeafHash(memberLeaf) },
  ledgerLeaf: { value: plain(ledgerLeaf), hash: ledgerLeafHash(ledgerLeaf) },
  membersRoot: membersRoot([memberLeaf]),
  ledger: {
    root: ledgerRoot(ledger),
    slot: 3,
    proof: merkleProof(ledgerLevels(ledger), 3).map(toHex),
  },
  commitment: {
    member,
    updateRoot: hash('update'),
    salt: hash('salt'),
    commitment: commitmentOf(task, round, member, hash('update'), hash('salt')),
    commitments: commitmentsHash([{ member, commitment: hash('commitment') }]),
  },
  spec: { value: plain(spec), hash: specHash(spec) },
  merkle: {
    leaves: leaves.map(toHex),
    depth: 4,
    root: toHex(merkleRoot(leaves, 4)),
    proofs: leaves.map((_, index) => merkleProof(merkleLevels(leaves, 4), index).map(toHex)),
    zeros: Array.from({ length: 11 }, (_, level) => toHex(zeroHash(level))),
  },
  update: {
    note: 'q[k] = (37 k mod 255) - 127, k < 16384',
    firstLeaf: toHex(int8Leaves(update)[0]!),
    segmentRoots: segmentRoots(update).map(toHex),
    root: toHex(updateRoot(update)),
  },
  model: { note: 'w[k] = int32(k * 2654435761), k < 8192', root: toHex(modelRoot(model)) },
}

const path = new URL('../test/vectors/protocol.json', import.meta.url)
const text = `${JSON.stringify(vectors, null, 2)}\n`
if (process.argv.includes('--check')) {
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    console.error('test/vectors/protocol.json is stale: run `node scripts/vectors.ts`')
    process.exit(1)
  }
} else {
  writeFileSync(path, text)
}
