import { z } from 'zod'
import { lowerHex, METRIC_LIMITS, METRIC_NAME, MOST_GRANT_OWNERS, SpecBounds } from '../../src/protocol/index.ts'
import type { Address } from '../../src/protocol/index.ts'
import { pathField, readConfig } from '../../src/config/index.ts'
import { taskRuleNames } from '../../src/aggregation/index.ts'
import { lossNames, metricNames, optimiserNames } from '../../src/training/index.ts'

const seconds = (least = 1) => z.int('expected whole seconds').min(least, `expected at least ${least} seconds`)
const amount = z
  .string('expected tokens as text, for example "10.5"')
  .regex(/^\d+(\.\d+)?$/, 'expected tokens, for example "10.5"')
const account = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, 'expected an address')
  .transform((text) => lowerHex(text as Address))
/** A share in 0…1, in steps of a basis point. */
const share = (least: number, most: number) =>
  z
    .number()
    .min(least / 10_000, `expected ${least / 10_000} to ${most / 10_000}`)
    .max(most / 10_000, `expected ${least / 10_000} to ${most / 10_000}`)
    .transform((value) => Math.round(value * 10_000))

const { toleranceBps, minSealedBps, operatorShareBps, byzantineBps, committee } = SpecBounds

/** Layers or tensors that stay with each member. */
const personal = z.array(z.string().min(1)).min(1, 'expected the name of a layer, or no such field').optional()

function schemaFor(folder: string) {
  return z.strictObject({
    /** Of the task, for people. */
    name: z.string().min(1).max(64),
    model: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('builtin'), name: z.string(), personal }),
      /** tfjs layers JSON without weights. */
      z.strictObject({ kind: z.literal('layers'), file: pathField(folder), personal }),
      /** Any tensors, of any framework: a safetensors file with their names, shapes and first values. Members bring a program that knows the model. */
      z.strictObject({ kind: z.literal('tensors'), weights: pathField(folder), personal }),
    ]),
    training: z.strictObject({
      loss: z.enum(lossNames).default('cross-entropy'),
      optimiser: z.enum(optimiserNames).default('sgd'),
      learningRate: z.number().positive().max(10),
      learningRateDecay: z.number().positive().max(1).default(1),
      momentum: z.number().min(0).max(0.999).default(0),
      epochs: z.int().min(1).max(1000).default(1),
      batchSize: z.int().min(1).max(65_536).default(32),
      /** Samples of a member per epoch, at most; 0 takes all. */
      samples: z.int().min(0).default(0),
      weightDecay: z.number().min(0).max(1).optional(),
      /** μ of FedProx. */
      proximal: z.number().min(0).max(10).optional(),
      memberMomentum: z.number().min(0).max(0.999).optional(),
      /** Fixes the genesis model. */
      seed: z.int().min(0).default(1),
    }),
    /** A public data set; the file of a schema; or the schema itself. */
    data: z.union([
      z.strictObject({ dataset: z.string() }),
      z.strictObject({ schema: pathField(folder) }),
      z.looseObject({ kind: z.string() }),
    ]),
    update: z
      .strictObject({
        /** int8 values of updates are in units of 2^exponent. Left out, a trial training chooses it for each tensor. */
        exponent: z.int().min(-40).max(0).optional(),
        /** Weights are in units of 2^modelExponent. */
        modelExponent: z.int().min(-30).max(0).default(-20),
        /** The model moves by this times the aggregate. */
        serverLearningRate: z.number().min(0.001).max(8).default(1),
      })
      .prefault({}),
    evaluation: z
      .strictObject({
        /** What names the best round; accuracy of classes and the loss of numbers if left out. */
        metric: z.enum(metricNames).optional(),
        /** Rounds without a better one after which training may stop; 0 for never. */
        patience: z.int().min(0).default(0),
        /** Metrics that members may tell each other; the usual ones and `metric` if left out. */
        share: z.array(z.string().regex(METRIC_NAME, 'expected a name such as f1')).max(METRIC_LIMITS.metrics).optional(),
      })
      .prefault({}),
    /** Only updates of members with a grant of one of these owners count. */
    grants: z
      .strictObject({
        /** The DataGrants. */
        contract: account,
        owners: z.array(account).min(1).max(MOST_GRANT_OWNERS),
      })
      .optional(),
    rule: z
      .strictObject({
        name: z.enum(taskRuleNames as [string, ...string[]]).default('nnmGm'),
        byzantine: share(0, byzantineBps.most).prefault(0.25),
      })
      .prefault({}),
    rewards: z
      .strictObject({
        perRound: amount.default('10'),
        /** For the operator of a round that pays anybody. */
        operatorShare: share(operatorShareBps.least, operatorShareBps.most).prefault(0.1),
        falseClaimPenalty: amount.optional(),
        faultPenalty: amount.optional(),
      })
      .prefault({}),
    windows: z
      .strictObject({
        commit: seconds().default(600),
        reveal: seconds().default(60),
        attest: seconds().default(60),
        post: seconds().default(120),
        challenge: seconds().default(10_800),
      })
      .prefault({}),
    members: z
      .strictObject({
        /** That must have joined before a round opens. */
        least: z.int().min(1).default(3),
        /** Stake that members must have put in before a round opens, tokens. */
        leastStake: amount.default('0'),
        /** Members drawn for each round; 0 for all. */
        committee: z.int().min(0).max(committee.most).default(0),
        quorum: share(5001, 10_000).prefault(0.6667),
        /** Share of the sealed weight that is assumed to lie; 0.25, or that of the rule if it is more. */
        tolerance: share(toleranceBps.least, toleranceBps.most).optional(),
        leastSealed: share(minSealedBps.least, minSealedBps.most).optional(),
      })
      .prefault({}),
  })
}

/** A task as its founder writes it: docs/tasks.md has a line for each field. Shares are basis points after reading. */
export type TaskFile = z.output<ReturnType<typeof schemaFor>>

/**
 * Reads a task.toml.
 *
 * @throws QuorateError CONFIG_NOT_FOUND, CONFIG_INVALID with every issue and its line
 * @example const task = await readTaskFile('task.toml')
 */
export async function readTaskFile(path: string): Promise<TaskFile> {
  return readConfig(path, schemaFor)
}
