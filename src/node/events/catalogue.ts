import { z } from 'zod'
import { PHASES } from '../../protocol/index.ts'
import type { Address, Hash } from '../../protocol/index.ts'

// Exactly as in JSON lines, because coercion would turn an empty text into 0.
const digits = z
  .string()
  .regex(/^-?[0-9]+$/)
  .transform(BigInt)
const whole = (what: string) => digits.describe(what)
const round = whole('number of the round')
const count = (what: string) => z.number().describe(what)
// A loss may be no number. JSON has none for that and writes null.
const loss = (what: string) =>
  z
    .number()
    .nullable()
    .transform((value) => value ?? Number.NaN)
    .describe(what)
const wei = (what: string) => digits.describe(`${what}, token wei`)
const address = (what: string) =>
  z
    .string()
    .transform((text) => text as Address)
    .describe(what)
const hash = (what: string) =>
  z
    .string()
    .transform((text) => text as Hash)
    .describe(what)
const claimHash = hash('hash of the claim')
const gas = whole('gas that the transaction used')
const transaction = hash('hash of the transaction')

const claimFields = {
  round,
  claimHash,
  modelRoot: hash('root of the model after the claim'),
  ledgerRoot: hash('root of the ledger after the claim'),
  rows: z
    .array(
      z.strictObject({
        member: address('owner address'),
        verdict: z.string().describe('verdict on the update'),
        reason: z.string().describe('reason why the update is inadmissible: copy, value or norm; none for another verdict'),
        weight: count('Q16 weight in the model step'),
        score: whole('score, to which the reward is proportional'),
        updateRoot: hash('root of the update; zero for none'),
      }),
    )
    .describe('one row for each sealed member'),
  members: z.array(address('owner address')).describe('owner addresses of the members that the round had, in slot order'),
  quarantined: z.record(z.string(), z.string()).describe('first round in which each quarantined member counts again, by member'),
  rewards: z.record(z.string(), z.string()).describe('cumulative reward of each member, token wei, by member'),
}

/** What a member has to do with a round of a task that draws its members. */
export const PARTS = ['drawn', 'resting', 'waiting'] as const
export type Part = (typeof PARTS)[number]

/** When each event happens and what it carries. `docs/events.md` is made from this table. */
export const EVENTS = {
  started: {
    when: 'The node takes part: it follows the chain and its peers.',
    fields: z.strictObject({
      task: whole('number of the task'),
      account: address('owner address that the node speaks for'),
      duties: z.array(z.string()).describe('duties of the node'),
      addresses: z.array(z.string()).describe('multiaddrs that peers dial'),
      address: z.string().optional().describe('host:port of the gRPC server of an operator'),
      certificate: z.string().optional().describe('PEM file that members pin'),
      backend: z.string().optional().describe('back end that trains'),
      backendDetail: z.string().optional().describe('its device, and why `auto` chose it'),
      samples: count('samples that this member trains on').optional(),
      decimals: count('decimals of the token, in which rewards and stake are counted'),
    }),
  },
  addresses: {
    when: 'Others reach the node elsewhere than before: it took a place at a relay of an operator, or lost one.',
    fields: z.strictObject({
      addresses: z.array(z.string()).describe('multiaddrs that peers dial; through a relay if they have `/p2p-circuit`'),
      relays: count('relays through which others reach the node'),
    }),
  },
  waiting: {
    when: 'The node waits for a condition. Emitted once for each reason.',
    fields: z.strictObject({ reason: z.string().describe('condition that the node waits for') }),
  },
  round: {
    when: 'The state of a round changed.',
    fields: z.strictObject({
      round,
      phase: z.enum(PHASES).describe('phase of the round'),
      deadline: count('end of the phase, unix seconds of the chain; 0 for none'),
      members: count('members in the stake snapshot'),
      committed: count('members whose commitment is known here'),
      revealed: count('members whose reveal is known here'),
      attested: count('members whose attestation is known here'),
      agreed: count('members whose agreement to the claim is known here'),
    }),
  },
  refused: {
    when: 'The sealed list leaves out members that have a receipt or forced their commitment. The node reveals and attests nothing. Emitted again when more members are known.',
    fields: z.strictObject({
      round,
      code: z.enum(['RECEIPT_LEFT_OUT']).describe('why the node refuses the list'),
      members: z.array(address('owner address')).describe('members without a row'),
    }),
  },
  silent: {
    when: 'The node says nothing in a round, because it cannot know all that its key said there. Emitted once for each round and code.',
    fields: z.strictObject({
      round,
      code: z.enum(['STATEMENTS_UNKNOWN', 'KEY_IN_USE_ELSEWHERE']).describe('why the node keeps silent (docs/errors.md)'),
      reason: z.string().describe('the same in a sentence'),
    }),
  },
  seeded: {
    when: 'This node stored the seed by which the members of a round are drawn.',
    fields: z.strictObject({ round, transaction, gasUsed: gas, block: whole('number of its block') }),
  },
  drawn: {
    when: 'The members of a round are drawn, in a task that draws them.',
    fields: z.strictObject({
      round,
      seed: hash('randomness that the members were drawn by'),
      members: count('members that were drawn'),
      candidates: count('members that might have been drawn'),
      part: z
        .enum(PARTS)
        .optional()
        .describe(
          'part of this member: drawn, resting (not drawn), or waiting (its stake did not count yet); missing for other nodes',
        ),
    }),
  },
  agreed: {
    when: 'The agreements to a claim reach the quorum, so any account can make it final. Emitted once for each claim and start of the node.',
    fields: z.strictObject({
      round,
      claimHash,
      members: count('members that agree'),
      stake: wei('stake of those members'),
      totalStake: wei('stake of all members in the snapshot'),
      quorumBps: count('share of the stake that makes a claim final, basis points'),
    }),
  },
  training: {
    when: 'Progress of local training, at most once a second.',
    fields: z.strictObject({
      round,
      batches: count('batches done'),
      total: count('batches in all'),
      loss: loss('mean loss of the last batches'),
      epoch: count('pass over the data, from 1').optional(),
      secondsLeft: count('what the rest will take at the pace until now').optional(),
    }),
  },
  trained: {
    when: 'The member made its update.',
    fields: z.strictObject({
      round,
      loss: loss('mean loss over the last local epoch'),
      samples: count('samples trained on'),
      clipped: count('coordinates at the int8 bound'),
      seconds: count('duration, s'),
    }),
  },
  privacySpent: {
    when: 'The member trains privately, and its ledger charged an update.',
    fields: z.strictObject({
      round,
      epsilon: count('the budget ε'),
      delta: count('its δ'),
      spent: count('ε of all that was charged'),
      rounds: count('trainings that were charged'),
      steps: count('steps with noise that were charged'),
      roundsLeft: count("rounds that the budget still pays for at today's noise").optional(),
    }),
  },
  trainingSkipped: {
    when: 'The member makes no update in this round, because its training failed. The next round trains again.',
    fields: z.strictObject({
      round,
      code: z.string().describe('error code (docs/errors.md)'),
      reason: z.string().describe('what failed'),
    }),
  },
  built: { when: 'The operator computed a claim.', fields: z.strictObject(claimFields) },
  sealed: {
    when: 'This operator fixed the commitments of the round on chain.',
    fields: z.strictObject({
      round,
      rows: count('sealed commitments'),
      transaction: hash('transaction hash'),
      gasUsed: whole('gas of the transaction'),
      block: whole('number of its block'),
    }),
  },
  posted: {
    when: 'The operator posted its claim.',
    fields: z.strictObject({ round, transaction, gasUsed: gas, block: whole('number of the block') }),
  },
  replayed: {
    when: 'The node recomputed a posted claim, and it matches bit for bit.',
    fields: z.strictObject(claimFields),
  },
  mismatch: {
    when: 'The node recomputed a posted claim, and it differs.',
    fields: z.strictObject({ round, claimHash, reason: z.string().describe('fields that differ') }),
  },
  notCounted: {
    when: "This member's update of a round did not count.",
    fields: z.strictObject({
      round,
      member: address('owner address'),
      verdict: z.string().describe('verdict of its row; `unsealed` when it has none'),
      reason: z.string().describe('reason and advice'),
    }),
  },
  emptyRound: {
    when: 'A claim counted no update: the model does not change, and no member is paid.',
    fields: z.strictObject({ round, claimHash, reason: z.string().describe('reason, with the number of rows by verdict') }),
  },
  voided: {
    when: 'This node ended the round without a claim: its time was over, no claim could be true, or a quorum of the stake wants it. The model does not change.',
    fields: z.strictObject({ round }),
  },
  evaluated: {
    when: 'The member measured a verified model on its test samples.',
    fields: z.strictObject({
      round,
      accuracy: count('share of the test samples classified correctly, 0…1; left out where labels are numbers').optional(),
      loss: loss('mean loss'),
      samples: count('test samples'),
      metrics: z
        .record(z.string(), z.number())
        .optional()
        .describe(
          'by name: accuracy, f1, auc and ap (average precision) of classes; mae, rmse and r2 of numbers; what else a trainer measures',
        ),
    }),
  },
  memberEvaluated: {
    when: 'A member told what it measured of the model of a round on its own test samples, signed. Only members that want to do so.',
    fields: z.strictObject({
      round,
      member: address('owner address'),
      samples: count('test samples of the member'),
      metrics: z.record(z.string(), z.number()).describe('numbers by name, in steps of a millionth'),
    }),
  },
  memberSpent: {
    when: 'A member stated, signed, what its update of a round spent of its privacy budget. It is the word of the member: nobody can check it against the update.',
    fields: z.strictObject({
      round,
      member: address('owner address'),
      epsilon: count('ε of the update alone'),
      total: count("ε of all that the member's ledger charged"),
      delta: count('their δ'),
      steps: z
        .array(
          z.strictObject({
            noiseMultiplier: count('standard deviation of the noise over the clipping norm'),
            samplingRate: count('chance of a record to be in a batch'),
            steps: count('steps of this kind'),
          }),
        )
        .describe('steps with noise that the update has seen'),
    }),
  },
  quarantined: {
    when: 'The verdict of a claim began a quarantine of this member.',
    fields: z.strictObject({
      round,
      member: address('owner address'),
      since: whole('round whose verdict began it'),
      until: whole('first round in which the member counts again'),
      times: count('quarantines that followed each other, with this one'),
      notice: z.string().describe('reason and advice'),
    }),
  },
  watched: {
    when: 'An operator sent the state of its round.',
    fields: z.strictObject({
      round,
      phase: count('phase number of the gRPC service'),
      committed: count('members that committed'),
      members: count('members in the snapshot'),
    }),
  },
  disputed: {
    when: 'A claim is false or cannot be checked, and is not proved false yet. Emitted once for each reason.',
    fields: z.strictObject({ round, claimHash, reason: z.string().describe('reason why there is no proof') }),
  },
  unfunded: {
    when: 'A dispute waits because the account of the node cannot pay.',
    fields: z.strictObject({
      round,
      claimHash,
      code: z.string().describe('error code'),
      address: address('account that needs funds'),
    }),
  },
  courtRequest: {
    when: 'The node asked the court for a part of a claim.',
    fields: z.strictObject({
      round,
      claimHash,
      id: hash('number of the request'),
      kind: count('kind of the part'),
      tree: count('tree of the part'),
      level: count('level in the tree'),
      index: whole('index on the level'),
      deadline: count('when the answer is due, unix seconds of the chain'),
    }),
  },
  fraud: {
    when: 'A false claim was rejected through a transaction of this node.',
    fields: z.strictObject({
      round,
      claimHash,
      operator: address('owner address of the operator that posted it'),
      proof: z.string().describe('function of the judge'),
      by: address('account that sent the transaction'),
      recipient: address('account that receives the bounty'),
      gas,
      estimatedGas: whole('gas of the simulation'),
      transaction,
      block: whole('number of the block'),
      operatorSlashed: wei('penalty of the operator'),
      bounty: wei('bounty of the recipient'),
      burned: wei('burned part'),
    }),
  },
  disputeEnded: {
    when: 'A dispute is over.',
    fields: z.strictObject({ round, claimHash, outcome: z.string().describe('rejected, sound, final or no judge') }),
  },
  penalised: {
    when: 'A member was fined through a transaction of this node.',
    fields: z.strictObject({
      round,
      signer: address('owner address of the member'),
      kind: z.string().describe('fault of the fine'),
      proof: z.string().describe('function of the judge'),
      by: address('account that sent the transaction').optional(),
      gas,
      transaction,
      penalty: wei('penalty of the member'),
      bounty: wei('bounty of the recipient').optional(),
      burned: wei('burned part'),
    }),
  },
  judged: {
    when: '`quorate watch --evidence` judged a claim.',
    fields: z.strictObject({
      round,
      claimHash,
      outcome: z.enum(['sound', 'false', 'missing', 'proved']).describe('outcome of the judgement'),
      final: z.boolean().describe('whether the claim is final'),
      proof: z.string().optional().describe('function of the judge that shows the fault'),
      reason: z.string().optional().describe('reason why there is no proof'),
    }),
  },
  garbage: {
    when: '`quorate watch --evidence` found a member that committed to an update with forbidden values.',
    fields: z.strictObject({ round, member: address('owner address') }),
  },
} as const

type Catalogue = typeof EVENTS
export type EventName = keyof Catalogue

/** All events of a node, one JSON line each with `--json` (docs/events.md). */
export type NodeEvent = { [N in EventName]: { event: N } & z.output<Catalogue[N]['fields']> }[EventName]
/** One kind of event. */
export type EventOf<N extends EventName> = Extract<NodeEvent, { event: N }>

/**
 * Reads an event from its JSON line.
 *
 * @returns undefined for a line that is no event of this catalogue
 * @example parseEvent('{"event":"voided","round":"7"}') // { event: 'voided', round: 7n }
 */
export function parseEvent(line: string): NodeEvent | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  // `printEvents` adds the time and the number of the event.
  const { event, time: _time, seq: _seq, ...fields } = (value ?? {}) as { event?: unknown; time?: unknown; seq?: unknown }
  if (typeof event !== 'string' || !Object.hasOwn(EVENTS, event)) return undefined
  const parsed = EVENTS[event as EventName].fields.safeParse(fields)
  return parsed.success ? ({ event, ...parsed.data } as NodeEvent) : undefined
}
