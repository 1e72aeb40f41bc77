import type { Findings } from '../findings.ts'
import type { Cell } from '../rows.ts'
import type { TextSchema } from '../schema/index.ts'
import { reportMissingName } from './encoder.ts'
import type { Encoder } from './encoder.ts'
import { targetReader } from './target.ts'
import type { Tokenise } from './tokeniser.ts'

/** Encodes texts as token ids in float32, which holds every id below 2^24 exactly. */
export function textEncoder(schema: TextSchema, findings: Findings, tokenise: Tokenise): Encoder {
  const ids = new Float32Array(schema.maxTokens)
  const input = new Uint8Array(ids.buffer)
  const isMissing = (cell: Cell): boolean => cell === null || cell === undefined || cell === '' || Number.isNaN(cell)
  const readTarget = targetReader(schema.target, findings, isMissing)
  const bytes = new TextEncoder()

  return {
    names: [schema.column, schema.target.column],
    checkNames(names, file) {
      for (const name of [schema.column, schema.target.column])
        if (!names.includes(name)) reportMissingName(findings, name, names, file)
    },
    encode(row, place) {
      const cell = row[schema.column]
      const target = readTarget(row[schema.target.column], place)
      if (target === undefined) return undefined
      const tokens = typeof cell === 'string' ? tokenise(cell) : []
      if (tokens.length === 0) return findings.skip({ code: 'DATA_VALUE', problem: `the text ${schema.column} is empty` }, place)
      if (tokens.length > schema.maxTokens)
        findings.note(
          {
            code: 'DATA_VALUE',
            problem: `the text has more than ${schema.maxTokens} tokens and is cut`,
            advice: 'Nothing, unless what matters stands at the end of the texts.',
          },
          place,
        )
      ids.fill(schema.padId)
      ids.set(tokens.slice(0, schema.maxTokens))
      return { input, target: target.value, canonical: bytes.encode(JSON.stringify([cell, target.text])) }
    },
    reports: () => [],
  }
}
