import type { MemberGroups } from './member-groups.ts'

/** The groups for people. */
export function groupLines({ rounds, groups }: MemberGroups): string[] {
  if (rounds.length === 0)
    return ['Groups of members are not shown: the evidence folder has no opening of a round whose claim stands']
  const span = rounds.length === 1 ? `round ${rounds[0]}` : `${rounds.length} rounds from ${rounds[0]} to ${rounds.at(-1)}`
  const heading = `Groups of members by the cosines of their updates, ${span}`
  const apart = groups.filter((group) => group.apart)
  if (apart.length === 0) return [heading, '  No member stands apart.']
  return [
    heading,
    ...apart.flatMap(({ members, within, across }) => [
      `  ${members.join(', ')}`,
      members.length === 1
        ? `    stands alone: its mean cosine with the others is ${across!.toFixed(2)}`
        : `    form a group of their own: mean cosine ${within!.toFixed(2)} among them, ${across!.toFixed(2)} with the others`,
    ]),
    '  Their data differ for good, or they act in concert: numbers cannot tell which. Where the data differ, consider personal layers',
    '  (model.personal in the task file), or a task of their own.',
  ]
}
