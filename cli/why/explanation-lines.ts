import type { Explanation, LeafCheck, Step } from '../../src/why/index.ts'

const MARK: Record<Step['outcome'], string> = { for: '+', against: '-', note: ' ' }

/** An explanation for people: the answer, what decided it, and what was checked. */
export function explanationLines(
  { headline, round, member, steps }: Explanation,
  { checks, differences }: { checks: readonly LeafCheck[]; differences: readonly string[] },
): string[] {
  return [
    `Round ${round}, member ${member}`,
    headline,
    '',
    ...steps.flatMap(({ title, outcome, text, facts }) => [
      `${MARK[outcome]} ${title}: ${text}`,
      ...facts.map(({ label, value, leaf }) => `    ${label}: ${value} (${leaf})`),
    ]),
    '',
    `Checked against the claim on chain: ${checks.map(({ what }) => what.replace(/^the /, '')).join(', ')}.`,
    differences.length === 0
      ? 'The rule, run again over these numbers, gives what the claim says.'
      : `The rule, run again over these numbers, gives something else, so the claim is false: ${differences.join('; ')}.`,
  ]
}
