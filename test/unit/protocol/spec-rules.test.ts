import { readFileSync } from 'node:fs'
import { decodeAbiParameters } from 'viem'
import { describe, expect, it } from 'vitest'
import { checkSpec, decodeSpec, encodeSpec, encodeSpecAbi, SPEC_TUPLE } from '../../../src/protocol/index.ts'
import type { TaskSpec } from '../../../src/protocol/index.ts'
import { refusal } from '../../support/spec.ts'

interface Vector {
  name: string
  refused: string
  spec: `0x${string}`
}

const { cases } = JSON.parse(readFileSync(new URL('../../vectors/spec-rules.json', import.meta.url), 'utf8')) as {
  cases: Vector[]
}

const specOf = (data: `0x${string}`): TaskSpec => decodeAbiParameters([SPEC_TUPLE], data)[0] as TaskSpec

describe('the bounds of a specification', () => {
  it.each(cases)('$name: as in the vectors', ({ refused, spec }) => {
    expect(refusal(specOf(spec))).toBe(refused)
  })

  it('are the same after a turn through spec.json', () => {
    for (const { spec, refused } of cases) {
      const read = decodeSpec(encodeSpec(specOf(spec)))
      expect(encodeSpecAbi(read)).toBe(spec)
      expect(refusal(read)).toBe(refused)
    }
  })

  it('are named in the error, with what to do', () => {
    const spec = specOf(cases[0]!.spec)
    const wrong = { ...spec, tensors: [spec.tensors[0]!, { ...spec.tensors[1]!, shift: 63 }] }
    expect(() => checkSpec(wrong)).toThrow(
      expect.objectContaining({
        code: 'SPEC_OUT_OF_BOUNDS',
        message: 'tensors.1.shift of the task specification is 63; it has to be 0 to 62',
        details: { field: 'tensors.1.shift', value: 63, least: 0, most: 62 },
      }),
    )
    expect(() => checkSpec({ ...spec, rule: { ...spec.rule, byzantineBps: 2600 } })).toThrow(
      /toleranceBps of the task specification is 2500; it has to be 2600 to 3332/,
    )
    expect(() => checkSpec({ ...spec, minNormSq: 9n, maxNormSq: 8n })).toThrow(/it has to be 1 to 8/)
    expect(() => checkSpec({ ...spec, minNormSq: 0n, maxNormSq: 0n })).toThrow(/no value fits/)
  })
})

describe('spec.json', () => {
  const json = JSON.parse(encodeSpec(specOf(cases[0]!.spec))) as Record<string, unknown>
  it.each([
    ['a field that is missing', { rule: undefined }],
    ['a number that the chain cannot store', { toleranceBps: 65_536 }],
    ['an amount that the chain cannot store', { maxNormSq: `${2n ** 64n}` }],
    ['a field too many', { quorumBps: 6667 }],
  ])('with %s is refused', (_, change) => {
    expect(() => decodeSpec(JSON.stringify({ ...json, ...change }))).toThrow(expect.objectContaining({ code: 'SPEC_INVALID' }))
  })
})
