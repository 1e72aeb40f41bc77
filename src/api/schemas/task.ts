import { z } from 'zod'
import { address, amount, bps, count, hash, natural, seconds } from './common.ts'

export const tokenSchema = z
  .object({ address, symbol: z.string().describe('empty for a token without one'), decimals: count })
  .meta({ id: 'Token' })

/** `/task`: what the task is, and the contracts that decide. */
export const taskSchema = z
  .object({
    task: natural,
    name: z.string().describe('name of the model in the task document'),
    chainId: count,
    contracts: z.object({
      ledger: address,
      vault: address,
      distributor: address,
      judge: address.nullable().describe('judge of the task'),
      token: address,
    }),
    governance: z
      .object({ governor: address, timelock: address, guardian: address.nullable() })
      .nullable()
      .describe('null where an account, and not the voters, owns the contracts'),
    rpcUrls: z.array(z.string()).describe('chain nodes that browsers may ask, as the configuration says; often none'),
    fromBlock: natural.describe('block of the deployment, before which no event is'),
    token: tokenSchema,
    founder: address,
    stopped: z.boolean().describe('whether no round opens any more'),
    judgeRetired: z.boolean(),
    predecessor: z
      .object({ task: natural, round: natural })
      .nullable()
      .describe('the task and round whose model this task started from'),
    specHash: hash,
    specification: z.string().describe('text of spec.json, which hashes to specHash'),
    terms: z
      .object({
        rule: z.string().describe('aggregation rule'),
        byzantineBps: bps.describe('share of the stake that may be malicious in the rule'),
        toleranceBps: bps.describe('share of the sealed weight that may be malicious'),
        minSealedBps: bps.describe('least sealed weight of a claim, of all stake'),
        rejectsOutliers: z.boolean(),
        reference: z.enum(['none', 'past', 'novelty', 'pastNovelty']).describe('uses of the public row'),
        committee: count.describe('members that are expected to be drawn for a round; 0 where all take part'),
        rewardPerRound: amount,
        operatorShareBps: bps,
        quorumBps: bps.describe('share of the stake that makes a claim final'),
        falseClaimPenalty: amount,
        faultPenalty: amount,
        bountyBps: bps,
        minMembers: count.describe('members without whom no round opens'),
        minStake: amount.describe('stake without which no round opens'),
        windows: z
          .object({ commit: seconds, reveal: seconds, attest: seconds, post: seconds, challenge: seconds })
          .describe('lengths of the phases, seconds'),
      })
      .describe('what everybody agreed to'),
    model: z.object({
      parameters: count.describe('numbers in the model'),
      tensors: z.array(z.object({ name: z.string(), shape: z.array(count) })),
    }),
    training: z.record(z.string(), z.unknown()).describe('what trainers read of the task document'),
    words: z.array(z.string()).describe('the terms in sentences'),
  })
  .meta({ id: 'Task' })
export type TaskAnswer = z.infer<typeof taskSchema>
