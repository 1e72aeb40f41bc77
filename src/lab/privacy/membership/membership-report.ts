import { parseView, viewTitle } from '../views.ts'
import { MEMBERSHIP_ATTACKS } from './infer-membership.ts'
import type { MembershipAttack, MembershipCase, MembershipResult } from './infer-membership.ts'
import { meanWithInterval } from './separation.ts'

/** All seeds of one setting. */
export interface MembershipSummary extends Omit<MembershipCase, 'seed'> {
  /** Members that were attacked, over all seeds. */
  victims: number
  attacks: Record<MembershipAttack, { auc: number; halfWidth: number; found: number }>
  accuracy: number
  trainAccuracy: number
}

/** The mean over victims. The interval takes them as independent, although members of one training share its model. */
export function summariseMembership(results: readonly MembershipResult[]): MembershipSummary[] {
  const groups = Map.groupBy(results, ({ case: one }) => JSON.stringify({ ...one, seed: undefined }))
  return [...groups.values()].map((group) => {
    const { seed: _, ...setting } = group[0]!.case
    const victims = group.flatMap(({ victims: all }) => all)
    const average = (of: (result: MembershipResult) => number): number =>
      group.reduce((sum, one) => sum + of(one), 0) / group.length
    const attackOf = (attack: MembershipAttack): MembershipSummary['attacks'][MembershipAttack] => {
      const { mean, halfWidth } = meanWithInterval(victims.map((victim) => victim[attack].auc))
      return { auc: mean, halfWidth, found: victims.reduce((sum, victim) => sum + victim[attack].found, 0) / victims.length }
    }
    return {
      ...setting,
      victims: victims.length,
      attacks: { loss: attackOf('loss'), gain: attackOf('gain'), direction: attackOf('direction') },
      accuracy: average(({ accuracy }) => accuracy),
      trainAccuracy: average(({ trainAccuracy }) => trainAccuracy),
    }
  })
}

/** Column heads. */
const TITLES: Record<MembershipAttack, string> = {
  loss: 'loss of the final model',
  gain: 'what the updates gain',
  direction: 'direction of the updates',
}

/** One row for each setting. */
export function membershipMarkdown(summaries: readonly MembershipSummary[]): string {
  const rows = summaries.map((one) => {
    const cells = MEMBERSHIP_ATTACKS.map((attack) => {
      const { auc, halfWidth, found } = one.attacks[attack]
      return `${auc.toFixed(3)} ± ${halfWidth.toFixed(3)} (${Math.round(100 * found)} %)`
    })
    const accuracies = [one.trainAccuracy, one.accuracy].map((value) => `${(100 * value).toFixed(1)} %`)
    return `| ${[viewTitle(parseView(one.view)), String(one.victims), ...cells, ...accuracies].join(' | ')} |`
  })
  const heads = [
    'others see',
    'members',
    ...MEMBERSHIP_ATTACKS.map((attack) => TITLES[attack]),
    'accuracy on their records',
    'on others',
  ]
  return [`| ${heads.join(' | ')} |`, `|${heads.map(() => '---').join('|')}|`, ...rows, ''].join('\n')
}

const COLOURS = ['#2563eb', '#d97706', '#059669']
const LEFT = 170
const ROW = 34
const WIDTH = 420
const LEAST = 0.4

/** AUC of each attack in each setting with its interval, as one SVG. The line at 0.5 is guessing. */
export function membershipPlot(summaries: readonly MembershipSummary[]): string {
  const x = (auc: number): number => LEFT + ((Math.max(LEAST, auc) - LEAST) / (1 - LEAST)) * WIDTH
  const bottom = summaries.length * ROW + 10
  const rows = summaries.map((one, i) => {
    const drawn = MEMBERSHIP_ATTACKS.map((attack, k) => {
      const { auc, halfWidth } = one.attacks[attack]
      const y = 10 + i * ROW + 8 + k * 8
      const half = Number.isNaN(halfWidth) ? 0 : halfWidth
      return `<line x1="${x(auc - half).toFixed(1)}" x2="${x(Math.min(1, auc + half)).toFixed(1)}" y1="${y}" y2="${y}" stroke="${COLOURS[k]}" stroke-width="2"/><circle cx="${x(auc).toFixed(1)}" cy="${y}" r="3.5" fill="${COLOURS[k]}"/>`
    })
    return `<text x="${LEFT - 10}" y="${10 + i * ROW + 20}" text-anchor="end">${viewTitle(parseView(one.view))}</text>${drawn.join('')}`
  })
  const grid = [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1].map(
    (value) =>
      `<line x1="${x(value)}" x2="${x(value)}" y1="6" y2="${bottom}" stroke="${value === 0.5 ? '#888' : '#e5e5e5'}"/><text x="${x(value)}" y="${bottom + 14}" text-anchor="middle">${value}</text>`,
  )
  const legend = MEMBERSHIP_ATTACKS.map(
    (attack, k) =>
      `<circle cx="${LEFT + k * 150}" cy="${bottom + 32}" r="3.5" fill="${COLOURS[k]}"/><text x="${LEFT + 8 + k * 150}" y="${bottom + 36}">${TITLES[attack]}</text>`,
  )
  const [width, height] = [LEFT + WIDTH + 30, bottom + 46]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="AUC of membership inference">
<style>text{font:11px system-ui,sans-serif;fill:#444}</style><rect width="${width}" height="${height}" fill="#fff"/>
${[...grid, ...rows, ...legend].join('\n')}</svg>
`
}
