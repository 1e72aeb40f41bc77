import { expect, it } from 'vitest'
import { lineOf } from '../../../src/config/line-of.ts'

const TEXT = `name = "x"
[chain]
rpcUrl = "a"   # of mine
task.id = 3
[[coordinator]]
address = "one"
[[coordinator]]
"address" = "two"
ca = 'file'
[training.partition]
kind = "dirichlet"
`

it.each([
  ['name', 1],
  ['chain.rpcUrl', 3],
  ['chain.task.id', 4],
  ['coordinator.0.address', 6],
  ['coordinator.1.address', 8],
  ['coordinator.1.ca', 9],
  ['training.partition.kind', 11],
  // Missing: its table.
  ['coordinator.0.ca', 5],
  ['chain.chainId', 2],
  ['training.partition.alpha', 10],
  ['keys.owner', undefined],
])('finds %s', (path, line) => {
  expect(lineOf(TEXT, path.split('.'))).toBe(line)
})
