import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../../..')

it.each(['docs/threat-model.md', 'docs/operations.md'])('every test that %s names exists', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8')
  const references = [
    ...text.matchAll(/`((?:contracts|unit|property|integration|e2e|game|fuzz|chaos)\/[\w./-]+)(?: › ([^`]+))?`/g),
  ]
  expect(references.length).toBeGreaterThan(30)
  const missing = references.filter(([, path, name]) => {
    const file = join(ROOT, 'test', path!)
    return !existsSync(file) || (name !== undefined && !readFileSync(file, 'utf8').includes(name))
  })
  expect(missing.map(([reference]) => reference)).toEqual([])
})
