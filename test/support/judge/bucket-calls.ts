import { encodeFunctionData } from 'viem'
import type { Abi } from 'viem'
import { fraudJudgeAbi } from '../../../src/chain/abi/index.ts'
import type { JudgeProof } from '../../../src/judge/index.ts'
import { claimHash, specHash, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { Claim } from '../../../src/protocol/index.ts'
import { packedBuckets } from './bucket-cases.ts'
import type { BucketCase } from './bucket-cases.ts'

const abi: Abi = fraudJudgeAbi

/** A call of the judge about one of the rounds of a file. */
export interface BucketCall {
  name: string
  /** Index of the round. */
  round: number
  proof: JudgeProof
}

/** What test/contracts/BucketProofs.t.sol reads: the facts of rounds, calls against their honest claims, and calls against lies. */
export function bucketFile(
  rounds: readonly Pick<BucketCase, 'buckets' | 'record' | 'parts'>[],
  honest: readonly BucketCall[],
  lies: readonly BucketCall[],
): object {
  return { rounds: rounds.map(factsOf), honest: encode(honest), lies: encode(lies) }
}

function factsOf({ buckets, record, parts }: Pick<BucketCase, 'buckets' | 'record' | 'parts'>): object {
  const { members } = record.snapshot
  const forced = new Map(
    record.rows.flatMap(({ member, commitment, source }) => (source.via === 'chain' ? [[member, commitment] as const] : [])),
  )
  return {
    buckets: packedBuckets({ buckets, record }).map(String),
    specHash: specHash(parts.spec),
    operator: record.seal.operator,
    operatorSlot: record.seal.slot,
    members: members.map(({ member }) => member),
    slots: members.map(({ slot }) => slot),
    weights: members.map(({ stake }) => String(stake)),
    forced: members.map(({ member }) => forced.get(member) ?? ZERO_HASH),
  }
}

/** Lists of one length: forge reads each at once. */
function encode(calls: readonly BucketCall[]): object {
  return {
    names: calls.map(({ name }) => name),
    rounds: calls.map(({ round }) => round),
    claims: calls.map(({ proof: { args } }) => {
      const { task, round, claim } = args[0] as { task: bigint; round: bigint; claim: Claim }
      return claimHash(task, round, claim)
    }),
    data: calls.map(({ proof: { functionName, args } }) => encodeFunctionData({ abi, functionName, args })),
  }
}
