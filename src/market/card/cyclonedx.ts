import type { JsonValue } from '../../protocol/index.ts'
import { contentAddress } from '../provenance/content-address.ts'
import { factsOf } from './facts.ts'
import { licenceName, titleOf } from './markdown-card.ts'
import type { ModelCard } from './model-card.ts'

/**
 * A card for programs: a bill of materials of CycloneDX 1.6 whose subject is the model. Data sets are components that the model depends on. Every line of the card is a property
 * `quorate:<name>`, its check `quorate:<name>:check`. It has no time and no random number: the same model has the same bytes.
 */
export function cycloneDx(card: ModelCard): JsonValue {
  const { model, fingerprints = [], weights } = card
  const digest = weights?.digest
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'machine-learning-model',
        'bom-ref': model.id,
        name: titleOf(card),
        version: String(model.round),
        licenses: [{ license: { name: licenceName(card), ...licenceText(card) } }],
        ...(digest && {
          hashes: [{ alg: 'SHA-256', content: digest.slice(2) }],
          externalReferences: [{ type: 'distribution', url: `ipfs://${contentAddress(digest)}` }],
        }),
        modelCard: { modelParameters: { datasets: fingerprints.map((fingerprint) => ({ ref: fingerprint })) } },
        properties: factsOf(card).flatMap(({ name, value, check }) => [
          { name: `quorate:${name}`, value },
          { name: `quorate:${name}:check`, value: check },
        ]),
      },
    },
    components: fingerprints.map((fingerprint) => ({
      type: 'data',
      'bom-ref': fingerprint,
      name: `data set ${fingerprint}`,
      data: [{ type: 'dataset', name: fingerprint }],
    })),
    dependencies: [{ ref: model.id, dependsOn: [...fingerprints] }],
  }
}

function licenceText({ licence }: ModelCard): { text?: { contentType: string; content: string } } {
  return licence === undefined ? {} : { text: { contentType: 'text/plain', content: licence.text } }
}
