import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../../..')

it.each([
  ['docs/market.md', 'ModelMarket', 'transaction'],
  ['docs/grants.md', 'DataGrants', 'transaction'],
  ['docs/inference.md', 'InferenceLog', 'InferenceLog'],
  ['docs/inference.md', 'InferenceChannels', 'InferenceChannels'],
])('a gas table of %s is that of the snapshot %s', (page, contract, title) => {
  const snapshot = readFileSync(join(ROOT, `test/contracts/snapshots/${contract}.json`), 'utf8')
  const [, table] = readFileSync(join(ROOT, page), 'utf8').split(`\n| ${title} | gas |\n`)
  const [rows] = table!.split('\n\n')
  const told = [...rows!.matchAll(/^\| (.+) \| ([\d ]+) \|$/gm)].map(([, name, gas]) => [name, gas!.replaceAll(' ', '')])
  expect(Object.fromEntries(told)).toEqual(JSON.parse(snapshot))
})
