import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ERRORS } from '../../../src/core/error-codes.ts'

const ROOT = join(import.meta.dirname, '../../..')

/** A source without comments and without the places that only compare codes. */
function withoutComparisons(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '')
    .replaceAll(/isQuorateError\([^()]*\)/g, '')
    .replaceAll(/[!=]== '[A-Z_]+'/g, '')
    .replaceAll(/Extract<ErrorCode,[^>]*>|new Set<ErrorCode>\([^)]*\)/g, '')
}

/** What ships. */
const sources = ['src', 'cli', 'coordinator', 'participant']
  .flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !/error-codes(\.ts$|\/)/.test(name) && !name.includes('/gen/'))
      .map((name) => readFileSync(join(ROOT, folder, name), 'utf8')),
  )
  .map(withoutComparisons)
  .join('\n')

it.each(Object.keys(ERRORS))('%s is thrown or answered somewhere', (code) => {
  expect(sources.includes(`'${code}'`)).toBe(true)
})

it('a code that is only compared is not taken for one that is thrown', () => {
  expect(withoutComparisons("if (isQuorateError(error, 'A')) x\nif (code === 'B') y // 'C'\nthrow new QuorateError('D')")).toBe(
    "if () x\nif (code ) y \nthrow new QuorateError('D')",
  )
})
