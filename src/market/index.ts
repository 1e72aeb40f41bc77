/**
 * What comes after training (docs/provenance.md): which claim a file with weights is the model of, and cards that say where a model comes from.
 *
 * @example
 * const claims = await claimsOfWeights(await readWeightsFile('wards.safetensors'), { chain, contracts })
 */
export * from './card/cyclonedx.ts'
export * from './card/facts.ts'
export * from './card/markdown-card.ts'
export type * from './card/model-card.ts'
export * from './card/read-model-card.ts'
export * from './grants/row-proof.ts'
export * from './licences/claim-of-round.ts'
export * from './licences/revenue-proof.ts'
export * from './provenance/claims-of-weights.ts'
export * from './provenance/content-address.ts'
export * from './provenance/digest-of-model.ts'
export * from './provenance/model-of-weights.ts'
export * from './provenance/weights-file.ts'
export * from './receipts/receipt-file.ts'
export * from './scores/attestation-file.ts'
export * from './scores/is-worth-writing.ts'
export * from './scores/rank-alerts.ts'
export * from './steward/advise-terms.ts'
export * from './steward/observe-rounds.ts'
