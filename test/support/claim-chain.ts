import { privateKeyToAccount } from 'viem/accounts'
import type { PrivateKeyAccount } from 'viem/accounts'
import type { LedgerEvent } from '../../src/chain/index.ts'
import { claimHash, lowerHex, signStatement, ZERO_HASH } from '../../src/protocol/index.ts'
import type { Address, AgreementMessage, Claim, Hash, SnapshotMember } from '../../src/protocol/index.ts'
import { ClaimHistory } from '../../src/replay/index.ts'
import type { PostedRound } from '../../src/replay/index.ts'

export const DOMAIN = { chainId: 31_337, ledger: `0x${'1e'.repeat(20)}` } as const
export const TASK = 1n

/** Seconds between the openings of two rounds. */
const ROUND_SECONDS = 100

/** A member: its owner address, and the key that signs for it. */
export interface Signer {
  owner: Address
  key: PrivateKeyAccount
}

export function signer(n: number): Signer {
  return {
    owner: `0x${n.toString(16).padStart(40, '0')}`,
    key: privateKeyToAccount(`0x${n.toString(16).padStart(64, '1')}`),
  }
}

/** A stake snapshot; by default every member has 100 wei. */
export function snapshotOfSigners(signers: readonly Signer[], stakes: readonly bigint[] = []) {
  const members: SnapshotMember[] = signers.map(({ owner, key }, slot) => ({
    member: owner,
    operatorKey: lowerHex(key.address),
    slot,
    stake: stakes[slot] ?? 100n,
  }))
  return { members, totalStake: members.reduce((sum, { stake }) => sum + stake, 0n) }
}

function claimOf(round: bigint, text: number): Claim {
  return {
    parent: ZERO_HASH,
    membersRoot: ZERO_HASH,
    gramRoot: ZERO_HASH,
    traceRoot: ZERO_HASH,
    transitionRoot: ZERO_HASH,
    modelRoot: `0x${(round * 256n + BigInt(text)).toString(16).padStart(64, '0')}`,
    referenceRoot: ZERO_HASH,
    ledgerRoot: ZERO_HASH,
    evidence: ZERO_HASH,
    ledgerTotal: 0n,
    members: 0,
  }
}

/** The events of a task, round after round, one block each, as a node's history takes them. */
export class ClaimChain {
  readonly history = new ClaimHistory()
  #block = 0n

  get block(): bigint {
    return this.#block
  }

  /** Opens a round and posts a claim. @param text tells two claims of one round apart */
  post(round: bigint, text = 0): PostedRound {
    const claim = claimOf(round, text)
    const posted = { round, claim, claimHash: claimHash(TASK, round, claim), operator: signer(99).owner }
    this.#tell({ type: 'opened', task: TASK, round, openedAt: 1000 + Number(round) * ROUND_SECONDS })
    this.#tell({ type: 'posted', task: TASK, ...posted })
    return this.history.claim(round)!
  }

  reject(round: bigint): void {
    const { claimHash: rejected, operator } = this.history.claim(round)!
    const none = { penalty: 0n, bounty: 0n, recipient: operator }
    this.#tell({ type: 'rejected', task: TASK, round, claimHash: rejected, operator, ...none })
  }

  /** Undoes the blocks after one. */
  reorg(toBlock: bigint): void {
    this.history.apply({ type: 'reorg', toBlock, depth: Number(this.#block - toBlock) } as never)
    this.#block = toBlock
  }

  #tell(body: object): void {
    this.#block += 1n
    const blockHash: Hash = `0x${this.#block.toString(16).padStart(64, '0')}`
    const position = { blockNumber: this.#block, blockHash, transactionHash: blockHash, logIndex: 0 }
    this.history.apply({ ...body, ...position } as LedgerEvent)
  }
}

/** The agreement of a member to a claim. */
export async function agreementTo(
  { round, claimHash: claim }: Pick<PostedRound, 'round' | 'claimHash'>,
  { owner, key }: Signer,
): Promise<AgreementMessage> {
  const signature = await signStatement(DOMAIN, 'Agreement', { task: TASK, round, claim }, key)
  return { kind: 'agreement', task: TASK, round, member: owner, claimHash: claim, signature }
}
