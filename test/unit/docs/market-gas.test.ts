import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../../..')

it.each([['docs/market.md', 'ModelMarket']])('the gas table of %s is that of the snapshot %s', (page, contract) => {
  const snapshot = readFileSync(join(ROOT, `test/contracts/snapshots/${contract}.json`), 'utf8')
  const measured = JSON.parse(snapshot) as Record<string, string>
  const table = readFileSync(join(ROOT, page), 'utf8').split(/^## Gas$/m)[1]!
  const told = [...table.matchAll(/^\| (.+) \| ([\d ]+) \|$/gm)].map(([, name, gas]) => [name, gas!.replaceAll(' ', '')])
  expect(Object.fromEntries(told)).toEqual(measured)
})
