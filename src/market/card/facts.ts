import { ZERO_HASH, canonicalJson } from '../../protocol/index.ts'
import type { JsonValue } from '../../protocol/index.ts'
import { contentAddress } from '../provenance/content-address.ts'
import type { ModelCard } from './model-card.ts'

/** One line of a card. */
export interface Fact {
  /** Name of the line, unique in the card. */
  name: string
  value: string
  /** Where the value stands, or how it is computed again. */
  check: string
}

/** The lines of a card, in the order in which a reader wants them. Each can be checked by its reader. */
export function factsOf(card: ModelCard): Fact[] {
  const { chainId, ledger, task, model, models, genesisRoot, specHash, spec } = card
  const parameters = spec.tensors.reduce((sum, { length }) => sum + length, 0)
  const claim = `hash of the claim in event Posted of round ${model.round}`
  return [
    fact('chain id', String(chainId), 'eth_chainId'),
    fact('ledger', ledger, 'address of the RoundLedger'),
    fact('task', String(task), 'RoundLedger.task'),
    fact('round', String(model.round), 'RoundLedger.round'),
    fact('claim', model.id, model.round === 0n ? 'event TaskCreated, genesisClaim' : claim),
    fact('final', String(model.final), 'RoundLedger.isFinalClaim, or a later final claim that builds on it'),
    fact('model root', model.modelRoot, 'quorate model verify FILE'),
    fact('trained from', model.parent, 'the claim, parent'),
    fact('evidence', model.evidence, 'the claim, evidence; quorate audit'),
    ...(model.operator === undefined ? [] : [fact('operator', model.operator, 'event Posted, operator')]),
    ...(model.transaction === undefined ? [] : [fact('transaction', model.transaction, 'eth_getTransactionByHash')]),
    fact('models back to genesis', String(models), 'quorate model lineage'),
    fact('genesis root', genesisRoot, 'event TaskCreated, spec.genesisModelRoot'),
    fact('specification', specHash, 'RoundLedger.task, specHash'),
    fact('task document', spec.document, 'event TaskCreated, spec.document'),
    fact('parameters', String(parameters), 'event TaskCreated, sum of spec.tensors.length'),
    fact('rule', String(spec.rule.rule), 'event TaskCreated, spec.rule (docs/aggregation.md)'),
    ...documentFacts(card),
    ...registryFacts(card),
    ...weightsFacts(card),
  ]
}

function documentFacts({ document, spec }: ModelCard): Fact[] {
  if (document === undefined) return []
  return [
    fact('name', document.name, `document.json of the evidence, keccak256 ${spec.document}`),
    fact('training', canonicalJson(document.training as JsonValue), `document.json of the evidence, keccak256 ${spec.document}`),
  ]
}

function registryFacts({ registry, model: { metadata }, fingerprints = [], licence }: ModelCard): Fact[] {
  if (registry === undefined || metadata === undefined) return []
  const word = (name: string, value: string, field: string): Fact =>
    fact(name, value, `ModelRegistry.model(claim).metadata.${field}`)
  return [
    fact('registry', registry, 'address of the ModelRegistry; its ledger is the ledger above'),
    word('data sets', metadata.datasets, 'datasets'),
    ...fingerprints.map((fingerprint, index) =>
      fact(`data set ${index + 1}`, fingerprint, 'one leaf under the root of the data sets (docs/protocol.md, Provenance)'),
    ),
    word('code', metadata.code, 'code'),
    word('licence', metadata.licence, 'licence'),
    ...(licence === undefined ? [] : [fact('licence file', licence.file, `keccak256 of its bytes is ${metadata.licence}`)]),
    ...(metadata.weights === ZERO_HASH
      ? []
      : [word('registered weights', contentAddress(metadata.weights), 'weights, as the digest of a CID')]),
  ]
}

function weightsFacts({ weights }: ModelCard): Fact[] {
  if (weights === undefined) return []
  return [
    fact('weights', weights.file, 'quorate model verify'),
    fact('size of the weights', String(weights.bytes), 'bytes of the file'),
    fact('SHA-256 of the weights', weights.digest.slice(2), 'sha256sum of the file'),
    fact('content address', contentAddress(weights.digest), 'CID version 1, raw, of the SHA-256'),
  ]
}

function fact(name: string, value: string, check: string): Fact {
  return { name, value, check }
}
