import type { z } from 'zod'
import { describe, expect, it } from 'vitest'
import { toJson } from '../../../../src/console/index.ts'
import { EVENTS, parseEvent } from '../../../../src/node/index.ts'
import type { EventName } from '../../../../src/node/index.ts'
import fc from '../../../support/fast-check.ts'

/** Values that a field of the catalogue may have, as nodes emit them. */
function valuesOf(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  const { def } = (schema as z.core.$ZodTypes)._zod
  switch (def.type) {
    case 'object':
      return objectOf(def.shape)
    case 'array':
      return fc.array(valuesOf(def.element), { maxLength: 4 })
    case 'record':
      return fc.dictionary(
        fc.string().filter((key) => key !== '__proto__'),
        valuesOf(def.valueType),
        { maxKeys: 4 },
      )
    case 'optional':
      return valuesOf(def.innerType)
    case 'nullable':
      // What JSON has no number for.
      return fc.oneof(numbers, fc.constant(Number.NaN))
    case 'enum':
      return fc.constantFrom(...Object.values(def.entries))
    case 'boolean':
      return fc.boolean()
    case 'number':
      return numbers
    case 'string':
      return fc.string({ unit: 'grapheme' })
    case 'pipe':
      return isWhole(schema) ? fc.bigInt() : valuesOf(def.in)
    default:
      throw new Error(`no values for ${def.type}`)
  }
}

// JSON writes −0 as 0.
const numbers = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)

function objectOf(shape: Readonly<Record<string, z.core.$ZodType>>): fc.Arbitrary<Record<string, unknown>> {
  const requiredKeys = Object.keys(shape).filter((key) => shape[key]!._zod.def.type !== 'optional')
  return fc.record(Object.fromEntries(Object.entries(shape).map(([key, field]) => [key, valuesOf(field)])), { requiredKeys })
}

/** A whole number travels as its digits. */
function isWhole(schema: z.core.$ZodType): boolean {
  return typeof (schema as z.ZodType).safeParse('7').data === 'bigint'
}

const names = Object.keys(EVENTS) as EventName[]

describe('the catalogue of events', () => {
  it.each(names)('%s comes back from its JSON line as it was', (name) => {
    fc.assert(
      fc.property(objectOf(EVENTS[name].fields.shape), (fields) => {
        const event = { event: name, ...fields }
        expect(parseEvent(toJson(event))).toEqual(event)
      }),
      { numRuns: 50 },
    )
  })

  it.each(names)('%s is refused without a field, with a strange one, and with one of another kind', (name) => {
    const { shape } = EVENTS[name].fields
    fc.assert(
      fc.property(objectOf(shape), fc.constantFrom(...Object.keys(shape)), (fields, key) => {
        const line = JSON.parse(toJson({ event: name, ...fields })) as Record<string, unknown>
        expect(parseEvent(JSON.stringify({ ...line, [key]: { of: 'another kind', '\u0000': [] } }))).toBeUndefined()
        expect(parseEvent(JSON.stringify({ ...line, 'no such field': 1 }))).toBeUndefined()
        const { [key]: _gone, ...rest } = line
        const optional = shape[key as keyof typeof shape] as z.ZodType
        if (!optional.safeParse(undefined).success) expect(parseEvent(JSON.stringify(rest))).toBeUndefined()
      }),
      { numRuns: 20 },
    )
  })

  it('takes nothing else for an event', () => {
    const lines = [
      '',
      'not JSON',
      'null',
      '7',
      '[]',
      '"voided"',
      '{}',
      '{"event":null}',
      '{"event":7}',
      '{"event":"no such event"}',
      '{"event":"toString"}',
      '{"event":"__proto__"}',
      '{"event":"voided"}',
      ...['""', '" "', '"0x7"', '"7.5"', 'true', 'null', '[]', '[7]', '{}'].map((round) => `{"event":"voided","round":${round}}`),
    ]
    for (const line of lines) expect(parseEvent(line), line).toBeUndefined()
    expect(parseEvent('{"event":"voided","round":"7"}')).toEqual({ event: 'voided', round: 7n })
  })
})
