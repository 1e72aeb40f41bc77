import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { groupLines } from '../../../cli/status/group-lines.ts'
import { memberGroups } from '../../../cli/status/member-groups.ts'
import type { MemberGroups } from '../../../cli/status/member-groups.ts'
import type { Address } from '../../../src/protocol/index.ts'

/**
 * Mean cosines of rounds 5 to 12 of ten members that train the MLP on MNIST, the first three of whom have other data where the name says so (docs/robustness.md §4.11,
 * `--odd 3`); `skewed` is Dirichlet α = .5, `verySkewed` α = .1.
 */
const RECORDED = JSON.parse(readFileSync(join(import.meta.dirname, 'recorded-cosines.json'), 'utf8')) as Record<
  string,
  number[][]
>
const members = Array.from({ length: 10 }, (_, i): Address => `0x${String(i).padStart(40, '0')}`)
const found = (name: string): MemberGroups => memberGroups([{ round: 7n, members, cosines: RECORDED[name]! }])
const apart = (name: string): number[][] =>
  found(name)
    .groups.filter((group) => group.apart)
    .map((group) => group.members.map((member) => members.indexOf(member)))

it('finds members with other labels or other images, and nobody where all are alike', () => {
  expect(apart('alike')).toEqual([])
  expect(apart('permuted')).toEqual([[0, 1, 2]])
  expect(apart('rotated')).toEqual([[0, 1, 2]])
  expect(apart('skewedPermuted')).toEqual([[0, 1, 2]])
})

it('parts members whose data differ all over into several groups', () => {
  const { groups } = found('verySkewed')
  expect(groups.length).toBeGreaterThan(2)
  expect(groups.flatMap((group) => group.members).sort()).toEqual(members)
})

it('takes the mean over rounds, whoever was in them', () => {
  const [a, b, c, d] = members as [Address, Address, Address, Address]
  const rounds = [
    {
      round: 1n,
      members: [a, b, c, d],
      cosines: [
        [1, 0.8, 0.8, -0.4],
        [0.8, 1, 0.8, -0.4],
        [0.8, 0.8, 1, -0.4],
        [-0.4, -0.4, -0.4, 1],
      ],
    },
    {
      round: 2n,
      members: [d, b, a],
      cosines: [
        [1, -0.2, -0.2],
        [-0.2, 1, 0.4],
        [-0.2, 0.4, 1],
      ],
    },
  ]
  const { groups } = memberGroups(rounds)
  expect(groups.map((group) => [group.members, group.apart])).toEqual([
    [[a, b, c], false],
    [[d], true],
  ])
  expect(groups[0]!.within).toBeCloseTo((0.6 + 0.8 + 0.8) / 3)
  expect(groups[1]!.across).toBeCloseTo((-0.3 - 0.3 - 0.4) / 3)
})

it('says so in words', () => {
  expect(groupLines(found('alike'))).toContain('  No member stands apart.')
  const lines = groupLines(found('permuted')).join('\n')
  expect(lines).toContain(
    `  ${members.slice(0, 3).join(', ')}\n    form a group of their own: mean cosine 0.78 among them, -0.20 with the others`,
  )
  expect(lines).toContain('or they act in concert')
  expect(groupLines(memberGroups([]))[0]).toMatch(/^Groups of members are not shown: the evidence folder has no opening/)
})
