import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { cycloneDx, factsOf, markdownCard } from '../../../src/market/index.ts'
import type { ModelCard } from '../../../src/market/index.ts'
import { keccakHex, ZERO_HASH } from '../../../src/protocol/index.ts'
import { SPEC } from '../../support/spec.ts'

const hash = (digit: string) => keccakHex(`0x0${digit}`)
const CARD: ModelCard = {
  chainId: 31_337,
  ledger: `0x${'11'.repeat(20)}`,
  task: 3n,
  model: {
    round: 7n,
    id: hash('1'),
    parent: hash('2'),
    modelRoot: hash('3'),
    evidence: hash('4'),
    final: true,
    operator: `0x${'22'.repeat(20)}`,
    transaction: hash('5'),
    metadata: { datasets: hash('6'), code: hash('7'), licence: hash('8'), weights: ZERO_HASH },
  },
  models: 8,
  genesisRoot: hash('9'),
  specHash: SPEC.document,
  spec: SPEC,
  registry: `0x${'33'.repeat(20)}`,
  document: { name: 'a | b `c`\n# d', training: { epochs: 2 } },
  fingerprints: [ZERO_HASH, hash('6')],
  licence: { file: 'LICENCE: "x".txt', text: 'do as you like' },
  weights: { file: 'm.safetensors', bytes: 12, digest: hash('3') },
}

describe('cards of models', () => {
  it('have each line once, with a check', () => {
    const facts = factsOf(CARD)
    expect(new Set(facts.map(({ name }) => name)).size).toBe(facts.length)
    expect(facts.filter(({ value, check }) => value === '' || check === '')).toEqual([])
    const few = factsOf({
      ...CARD,
      registry: undefined,
      document: undefined,
      fingerprints: undefined,
      licence: undefined,
      weights: undefined,
    })
    expect(few.map(({ name }) => name)).toEqual(facts.slice(0, few.length).map(({ name }) => name))
  })

  it('are markdown with metadata that parses, whatever the names are', () => {
    const [, head, body] = markdownCard(CARD).split(/^---$/m)
    expect(parse(head!)).toEqual({
      license: 'other',
      license_name: 'LICENCE: "x".txt',
      license_link: 'LICENCE: "x".txt',
      tags: ['federated-learning', 'quorate'],
      model_name: 'a | b `c`\n# d, round 7',
    })
    const rows = body!.split('\n').filter((line) => line.startsWith('| '))
    // Two lines above the facts: names of the columns, rule.
    expect(rows).toHaveLength(factsOf(CARD).length + 1)
    for (const row of rows) expect(row.replaceAll(String.raw`\|`, '').split('|')).toHaveLength(5)
    expect(body).toContain(String.raw`# a \| b \`c\` # d, round 7`)
  })

  it('are the same bytes for the same model', () => {
    expect(JSON.stringify(cycloneDx(CARD))).toBe(JSON.stringify(cycloneDx(structuredClone(CARD))))
    expect(cycloneDx(CARD)).toMatchObject({
      bomFormat: 'CycloneDX',
      metadata: {
        component: { type: 'machine-learning-model', version: '7', hashes: [{ alg: 'SHA-256', content: hash('3').slice(2) }] },
      },
      components: [
        { type: 'data', 'bom-ref': ZERO_HASH },
        { type: 'data', 'bom-ref': hash('6') },
      ],
    })
  })
})
