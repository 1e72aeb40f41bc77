import { isQuorateError } from '../../../src/core/index.ts'
import { decodeOpening, encodeOpening, openedLedger, openedRows } from '../../../src/judge/index.ts'
import type { ClaimParts } from '../../../src/judge/index.ts'
import {
  checkSpec,
  decodeManifest,
  decodeRecord,
  decodeSpec,
  encodeManifest,
  encodeRecord,
  encodeSpec,
  formatDocument,
  genesisFromBytes,
  modelBytes,
  modelRoot,
  parseDocument,
  specHash,
  tensorLengths,
  toHex,
  viaSignature,
  VIA_CHAIN,
} from '../../../src/protocol/index.ts'
import type { EvaluationMessage, Hash, RoundRecord, SpendingMessage } from '../../../src/protocol/index.ts'
import { encodeGossip } from '../../../src/network/gossip/decode-gossip.ts'
import { formatSchema, parseSchema } from '../../../src/data/index.ts'
import { formatSpendings, parseSpendings } from '../../../src/node/spending/spending-file.ts'
import { formatEvaluations, parseEvaluations } from '../../../src/node/evaluations/evaluation-file.ts'
import { parseAgreements } from '../../../src/node/stores/agreement-file.ts'
import { defaultTask, formatTaskDocument, parseTaskDocument } from '../../../src/training/index.ts'
import { parseIdx } from '../../../src/training/datasets/read-idx.ts'
import { randomRound } from '../../support/judge/random-round.ts'
import { SPEC } from '../../support/spec.ts'
import { accepted, sameBytes, sameText, toBytes, toText } from '../target.ts'
import type { FuzzTarget } from '../target.ts'
import { ADDRESS, HASH, MESSAGES, SIGNATURE } from './samples.ts'

const RECORD: RoundRecord = {
  version: 2,
  chainId: 31_337,
  ledger: ADDRESS,
  task: 1n,
  round: 7n,
  base: HASH,
  snapshot: {
    timepoint: 12,
    totalStake: 10n ** 21n,
    members: [{ member: ADDRESS, operatorKey: ADDRESS, slot: 0, stake: 10n ** 20n }],
  },
  seal: { operator: ADDRESS, operatorKey: ADDRESS, slot: 3 },
  rows: [
    {
      member: ADDRESS,
      commitment: HASH,
      source: viaSignature(SIGNATURE),
      reveal: { updateRoot: HASH, salt: HASH, signature: SIGNATURE },
    },
    { member: ADDRESS, commitment: HASH, source: VIA_CHAIN, reveal: undefined },
  ],
  attestations: [{ member: ADDRESS, held: 3n, signature: SIGNATURE }],
}

const record: FuzzTarget = {
  name: 'record',
  shape: 'json',
  seeds: [toBytes(encodeRecord(RECORD))],
  check(input) {
    const text = toText(input)
    const read = accepted(() => decodeRecord(text))
    if (read) sameText(encodeRecord(read), text)
  },
}

const manifest: FuzzTarget = {
  name: 'manifest',
  shape: 'json',
  seeds: [toBytes(encodeManifest({ 'record.json': HASH, 'model.i32': HASH, [`${HASH}.q8`]: HASH }))],
  check(input) {
    const text = toText(input)
    const files = accepted(() => decodeManifest(text))
    if (!files) return
    sameText(encodeManifest(files), text)
    for (const name of Object.keys(files)) if (/[/\\]|^\.\.?$/.test(name)) throw new Error('a name that leaves the folder')
  },
}

const spec: FuzzTarget = {
  name: 'spec',
  shape: 'json',
  seeds: [toBytes(encodeSpec(SPEC))],
  check(input) {
    const read = accepted(() => decodeSpec(toText(input)))
    if (!read) return
    const text = encodeSpec(read)
    sameText(encodeSpec(decodeSpec(text)), text)
    specHash(read)
    accepted(() => checkSpec(read))
  },
}

const DOCUMENTS = [
  defaultTask({ model: 'mlp' }),
  defaultTask({ model: 'cnn' }),
  defaultTask({ model: 'mlp', personal: ['output/bias'] }),
].map(({ document }) => toBytes(formatTaskDocument(document)))

const document: FuzzTarget = {
  name: 'document',
  shape: 'json',
  seeds: DOCUMENTS,
  check(input) {
    const read = accepted(() => parseDocument(toText(input)))
    if (!read) return
    tensorLengths(read)
    const text = formatDocument(read)
    sameText(formatDocument(parseDocument(text)), text)
  },
}

const trainingDocument: FuzzTarget = {
  name: 'training-document',
  shape: 'json',
  seeds: DOCUMENTS,
  check(input) {
    const read = accepted(() => parseTaskDocument(toText(input)))
    if (!read) return
    const text = formatTaskDocument(read)
    sameText(formatTaskDocument(parseTaskDocument(text)), text)
  },
}

const MODEL = new Int32Array(8192).map((_, i) => i)
const MODEL_SPEC = { tensors: [{ ...SPEC.tensors[0]!, length: 8192 }], genesisModelRoot: toHex(modelRoot(MODEL)) }

const model: FuzzTarget = {
  name: 'genesis-model',
  shape: 'bytes',
  seeds: [modelBytes(MODEL)],
  check(input) {
    const read = accepted(() => genesisFromBytes(MODEL_SPEC, input))
    if (read) sameBytes(input, modelBytes(read))
  },
}

/** A small round in which rows are inadmissible for their norm: every part of the format occurs. */
const PARTS = randomRound(36).honest

/** The opening of the claim that the bytes open, whichever it is: then every well-formed opening is accepted. */
function open(input: Uint8Array, expected: Hash): ClaimParts {
  const { task, round, spec: known, parent, previous, updates } = PARTS
  return decodeOpening(input, { task, round, spec: known, parent, previous, updates, claimHash: expected })
}

const opening: FuzzTarget = {
  name: 'opening',
  shape: 'bytes',
  seeds: [encodeOpening(PARTS)],
  check(input) {
    let found: unknown
    try {
      open(input, HASH)
    } catch (error) {
      if (!isQuorateError(error) || error.code === 'INTERNAL') throw error
      found = error.details['opened']
    }
    if (typeof found !== 'string') return
    sameBytes(input, encodeOpening(open(input, found as Hash)))
    accepted(() => openedLedger(input, PARTS.spec, HASH))
    accepted(() => openedRows(input, PARTS.spec, HASH))
  },
}

const agreements: FuzzTarget = {
  name: 'agreements',
  shape: 'json',
  seeds: [toBytes(JSON.stringify({ claimHash: HASH, signatures: [{ member: ADDRESS, signature: SIGNATURE }] }))],
  check: (input) => void accepted(() => parseAgreements(toText(input), HASH, 'agreements.json')),
}

const evaluations: FuzzTarget = {
  name: 'evaluations',
  shape: 'json',
  seeds: [toBytes(formatEvaluations(300n, [MESSAGES.evaluation as EvaluationMessage]))],
  check(input) {
    const found = accepted(() => parseEvaluations(toText(input), 300n))
    if (found) accepted(() => found.map((one) => encodeGossip(one)))
  },
}

const spendings: FuzzTarget = {
  name: 'spendings',
  shape: 'json',
  seeds: [toBytes(formatSpendings(300n, [MESSAGES.spending as SpendingMessage]))],
  check(input) {
    const found = accepted(() => parseSpendings(toText(input), 300n))
    if (found) accepted(() => found.map((one) => encodeGossip(one)))
  },
}

const idx: FuzzTarget = {
  name: 'idx',
  shape: 'bytes',
  seeds: [
    Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8),
    Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 9),
  ],
  check(input) {
    for (const shape of [[2, 2, 2], [2]]) {
      const values = accepted(() => parseIdx(Buffer.from(input), shape, 'file'))
      if (values) sameBytes(input.subarray(4 + 4 * shape.length), values)
    }
  },
}

const dataSchema: FuzzTarget = {
  name: 'data-schema',
  shape: 'json',
  seeds: [
    {
      kind: 'table',
      columns: [
        { name: 'age', type: 'number', mean: 50, std: 25, missing: 'indicator' },
        { name: 'sex', type: 'category', categories: ['f', 'm'], unknown: 'zero' },
      ],
      target: { kind: 'class', column: 'ill', labels: ['no', 'yes'] },
    },
    { kind: 'image', height: 2, width: 2, channels: 3, mean: [0, 0, 0], target: { kind: 'number', mean: 1, std: 2 } },
    { kind: 'text', tokeniser: { definition: { model: { vocab: { a: 1 } } } }, maxTokens: 2, target: { kind: 'number' } },
    { kind: 'arrays', shape: [2, 2], type: 'uint8', target: { kind: 'class', labels: ['0', '1'], minimumPerClass: 1 } },
  ].map((seed) => toBytes(JSON.stringify(seed))),
  check(input) {
    let value: unknown
    try {
      value = JSON.parse(toText(input))
    } catch {
      return
    }
    const schema = accepted(() => parseSchema(value))
    if (schema) sameText(formatSchema(parseSchema(JSON.parse(formatSchema(schema)))), formatSchema(schema))
  },
}

export const DOCUMENT_TARGETS: readonly FuzzTarget[] = [
  record,
  manifest,
  spec,
  document,
  trainingDocument,
  model,
  opening,
  agreements,
  evaluations,
  spendings,
  idx,
  dataSchema,
]
