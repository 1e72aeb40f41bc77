import { plural } from '../../src/core/plural.ts'
import { h } from 'preact'
import type { ComponentChildren, JSX } from 'preact'
import { BarChart } from '../charts/bar-chart.ts'
import { ChartLegend, LineChart } from '../charts/line-chart.ts'
import { measured, percentOf, roundTokens, shortHash, symbolOf } from '../parts/format.ts'
import { qualityOf, tallyOf } from './figures.ts'
import type { ReportData } from './report-data.ts'

type Row = readonly ComponentChildren[]

/** What the board reads first. */
export function InShort(data: ReportData): JSX.Element {
  return h(
    'section',
    {},
    h('h2', {}, 'In short'),
    h(
      'ul',
      {},
      sentencesOf(data).map((sentence) => h('li', { key: sentence }, sentence)),
    ),
  )
}

function sentencesOf({ task, rounds, members, evaluations, economics, disputes }: ReportData): string[] {
  const { token } = task
  const tokens = (amount: string): string => `${roundTokens(BigInt(amount), token)} ${symbolOf(token)}`
  const claimed = rounds.filter(({ claimHash }) => claimHash !== null)
  const final = claimed.filter(({ state }) => state === 'final').length
  const failed = rounds.filter(({ state }) => state === 'void' || state === 'rejected').length
  const rows = rounds.flatMap((round) => round.rows ?? [])
  const refused = rows.filter(({ verdict }) => verdict !== 'accepted' && verdict !== 'downweighted').length
  const quality = qualityOf(evaluations)
  const [first, last] = [quality?.mean.at(0), quality?.mean.at(-1)]
  const rejected = disputes.disputes.filter(({ state }) => state === 'rejected').length
  const counted = members.filter(({ role }) => role === 'member').length
  return [
    `${plural(counted, 'member trains', 'members train')} ${task.name}. ${claimed.length} of the last ${plural(rounds.length, 'round')} ended in a claim; ${final} of them are final, and ${plural(failed, 'round')} ended without one.`,
    ...(quality && first !== undefined && last !== undefined
      ? [`The mean ${quality.metric} that members measured went from ${measured(first)} to ${measured(last)}.`]
      : ['No member has told what it measured of the model.']),
    rows.length === 0
      ? 'This node keeps the verdicts of no round.'
      : `${refused} of ${rows.length} updates did not count (${percentOf(refused / rows.length)}).`,
    `Members and operators earned ${tokens(economics.earned)} in all; ${tokens(economics.remaining)} are left for rounds to come.`,
    rejected + disputes.penalties.length === 0
      ? 'No claim was proved false, and no member was fined.'
      : `${plural(rejected, 'claim was', 'claims were')} proved false and ${plural(disputes.penalties.length, 'member was', 'members were')} fined; ${tokens(economics.slashed)} were slashed.`,
  ]
}

export function Quality({ evaluations }: ReportData): JSX.Element | null {
  const quality = qualityOf(evaluations)
  if (!quality) return null
  const { metric, rounds, mean, median, band } = quality
  const series = [
    { label: 'mean by stake', values: mean },
    { label: 'median of members', values: median },
  ]
  return h(
    'section',
    {},
    h('h2', {}, 'Quality of the model'),
    h(
      'figure',
      {},
      h(
        'figcaption',
        {},
        `${metric} by round, as members measured it on test samples of their own; shaded: from the least to the most`,
      ),
      h(LineChart, { title: `${metric} by round`, x: rounds, xLabel: 'round', series, band, format: measured }),
      h(ChartLegend, { series }),
    ),
    h(Table, {
      caption: `${metric} of the last rounds`,
      head: ['round', 'mean by stake', 'median', 'least', 'most'],
      rows: rounds
        .map((round, k) => [round, measured(mean[k]!), measured(median[k]!), measured(band[k]![0]), measured(band[k]![1])])
        .toReversed()
        .slice(0, 10),
    }),
  )
}

export function Participation(data: ReportData): JSX.Element {
  const { task } = data
  return h(
    'section',
    {},
    h('h2', {}, 'Who took part'),
    h(Table, {
      caption: `Updates of each member in the last ${plural(data.rounds.length, 'round')}`,
      head: ['member', 'stake', 'counted', 'rejected', 'not admitted', 'not available', 'in quarantine', 'standing'],
      rows: tallyOf(data).map(({ member, stake, counted, rejected, inadmissible, unavailable, quarantined, until }) => [
        h('code', { title: member }, shortHash(member)),
        roundTokens(stake, task.token),
        counted,
        rejected,
        inadmissible,
        unavailable,
        quarantined,
        until === null ? 'good' : `quarantine until round ${until}`,
      ]),
    }),
  )
}

export function Rewards({ economics, task }: ReportData): JSX.Element {
  const { token } = task
  const earners = economics.accounts
    .filter(({ earned }) => earned !== '0')
    .toSorted((a, b) => (BigInt(b.earned) > BigInt(a.earned) ? 1 : -1))
  const bars = earners.map(({ account, earned, role }) => ({
    label: `${shortHash(account)}${role === 'operator' ? ' (op.)' : ''}`,
    value: Number(BigInt(earned)) / 10 ** token.decimals,
    text: `${roundTokens(BigInt(earned), token)} ${symbolOf(token)}`,
  }))
  const line = (name: string, amount: string): Row => [name, `${roundTokens(BigInt(amount), token)} ${symbolOf(token)}`]
  return h(
    'section',
    {},
    h('h2', {}, 'Rewards'),
    bars.length > 0 &&
      h('figure', {}, h('figcaption', {}, 'earned in all, by account'), h(BarChart, { title: 'Rewards by account', bars })),
    h(Table, {
      caption: 'Where the tokens of the task are',
      head: ['what', 'amount'],
      rows: [
        line('paid in for rewards', economics.funded),
        line('earned', economics.earned),
        line('paid out', economics.paid),
        line('left for rounds to come', economics.remaining),
        line('joining fees, burned', economics.fees),
        line('slashed', economics.slashed),
        line('of it to those who proved the faults', economics.bounties),
      ],
    }),
  )
}

export function Faults({ disputes, task }: ReportData): JSX.Element {
  const { token } = task
  const amount = (text: string): string => `${roundTokens(BigInt(text), token)} ${symbolOf(token)}`
  const claims = disputes.disputes.map(({ round, state, reasons, proof }): Row => [
    round,
    `claim ${state === 'open' ? 'disputed' : state}`,
    reasons.join('; ') || '–',
    proof ? amount(proof.slashed) : '–',
  ])
  const fines = disputes.penalties.map(({ round, account, kind, penalty }): Row => [
    round,
    ['fine of ', h('code', { title: account }, shortHash(account))],
    kind ?? 'proved by another account',
    amount(penalty),
  ])
  const rows = [...claims, ...fines]
  return h(
    'section',
    {},
    h('h2', {}, 'Disputes and fines'),
    rows.length === 0
      ? h('p', {}, 'None.')
      : h(Table, { caption: 'False claims and faults of members', head: ['round', 'what', 'why', 'slashed'], rows }),
  )
}

export function Votes({ governance, task }: ReportData): JSX.Element | null {
  if (!governance || governance.proposals.length === 0) return null
  const amount = (text: string): string => roundTokens(BigInt(text), task.token)
  return h(
    'section',
    {},
    h('h2', {}, 'Decisions'),
    h(Table, {
      caption: 'Proposals, newest first, with the stake that voted',
      head: ['proposal', 'state', 'for', 'against', 'abstain'],
      rows: governance.proposals.map(({ description, reference, state, votes }) => [
        description ?? reference,
        state,
        amount(votes.for),
        amount(votes.against),
        amount(votes.abstain),
      ]),
    }),
  )
}

export function Provenance({ task, models }: ReportData): JSX.Element {
  const [newest] = models
  return h(
    'section',
    {},
    h('h2', {}, 'Provenance'),
    h(
      'p',
      {},
      'Every round ends in a claim hash on the chain, which commits to the model and to the evidence behind it. Anybody with the evidence can replay all rounds: quorate audit.',
    ),
    h(Table, {
      caption: 'What to compare with the chain',
      head: ['what', 'value'],
      rows: [
        ['chain', task.chainId],
        ['ledger contract', h('code', {}, task.contracts.ledger)],
        ['specification', h('code', {}, task.specHash)],
        ...(newest
          ? [
              ['newest model', `round ${newest.round}, ${newest.final ? 'final' : 'not final yet'}`] as Row,
              ['claim', h('code', {}, newest.claimHash)] as Row,
              ['model root', h('code', {}, newest.modelRoot)] as Row,
            ]
          : []),
      ],
    }),
  )
}

function Table({ caption, head, rows }: { caption: string; head: readonly string[]; rows: readonly Row[] }): JSX.Element {
  return h(
    'table',
    {},
    h('caption', {}, caption),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        head.map((name) => h('th', { key: name, scope: 'col' }, name)),
      ),
    ),
    h(
      'tbody',
      {},
      rows.map((row, k) =>
        h(
          'tr',
          { key: k },
          row.map((cell, column) =>
            column === 0 ? h('th', { key: column, scope: 'row' }, cell) : h('td', { key: column }, cell),
          ),
        ),
      ),
    ),
  )
}
