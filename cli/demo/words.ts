import type { DemoMember } from './consortium.ts'
import type { RoundRow } from './progress.ts'

/** Terminals have at least so many columns. */
export const COLUMNS = 80

/** What the members do in a phase of a round, and which count shows how far they are. */
const PHASE_WORDS: Record<string, { doing: string; count?: 'committed' | 'revealed' | 'attested' | 'agreed' }> = {
  commit: { doing: 'training', count: 'committed' },
  reveal: { doing: 'showing updates', count: 'revealed' },
  attest: { doing: 'fetching updates', count: 'attested' },
  post: { doing: 'computing the claim' },
  agree: { doing: 'replaying the claim', count: 'agreed' },
}

/** @example phaseText('commit', { committed: 5, … }, 8) // 'training, 5 of 8 committed' */
export function phaseText(
  phase: string,
  counts: Record<'committed' | 'revealed' | 'attested' | 'agreed', number>,
  total: number,
): string {
  const { doing, count } = PHASE_WORDS[phase] ?? { doing: phase }
  return count ? `${doing}, ${counts[count]} of ${total} ${count}` : doing
}

/** As people call a member: its folder is `member-3`. */
export function nameOf({ index }: Pick<DemoMember, 'index'>): string {
  return `member ${index}`
}

/** @example shortAddress('0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc') // '0x3c44…93bc' */
export function shortAddress(address: string): string {
  return `${address.slice(0, 6)}…${address.slice(-4)}`
}

const REASONS: Record<string, string> = {
  copy: 'equal to the update of another',
  value: 'a value out of range',
  norm: 'too short or too long',
}

/** Why an update has no weight, in a few words. @param until end of the quarantine, if the member is in one */
export function refusalText({ verdict, reason }: Pick<RoundRow, 'verdict' | 'reason'>, until?: string): string {
  const why =
    verdict === 'rejected'
      ? 'rejected: too far from the others'
      : verdict === 'inadmissible'
        ? `refused: ${REASONS[reason ?? ''] ?? 'not admissible'}`
        : verdict === 'unavailable'
          ? 'not counted: too few could fetch it'
          : verdict === 'quarantined'
            ? 'not counted: rejected too often'
            : `not counted: ${verdict}`
  return until === undefined ? why : `${why}; quarantined until round ${until}`
}

/** Breaks a text between words, so that no line is longer than a terminal is wide; further lines of a paragraph are indented. */
export function wrap(text: string, columns = COLUMNS): string {
  return text
    .split('\n')
    .map((paragraph) => wrapParagraph(paragraph, columns))
    .join('\n')
}

function wrapParagraph(paragraph: string, columns: number): string {
  if (paragraph.length <= columns) return paragraph
  const lines: string[] = []
  let line = ''
  for (const word of paragraph.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (longer.length <= columns || line.trim() === '') line = longer
    else {
      lines.push(line)
      line = `  ${word}`
    }
  }
  return [...lines, line].join('\n')
}
