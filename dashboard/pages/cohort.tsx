import { gramSchema, membersSchema, roundsSchema, spendingsSchema } from '../../src/api/schemas.ts'
import type { GramAnswer, MembersAnswer, RoundsAnswer } from '../../src/api/schemas.ts'
import { HeatMap } from '../charts/heat-map.ts'
import { useAnswer } from '../data/context.ts'
import { measured, percentOf, shortHash } from '../parts/format.ts'
import { Answered } from '../parts/loading.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Amount, Card, Empty, Hash } from '../parts/small.tsx'
import { StatedPrivacy } from '../parts/spendings.tsx'
import { Table } from '../parts/table.tsx'
import { VERDICT_MARKS, VerdictLegend } from '../parts/verdict.tsx'
import type { VerdictWord } from '../parts/verdict.tsx'
import { linkTo } from '../route.ts'

/** Rounds in the grid of verdicts. */
const GRID_ROUNDS = 24

/** Who takes part: stake, verdicts, how similar the updates are, rewards, quarantine and evidence. */
export function CohortPage() {
  const members = useAnswer('/members?limit=100', membersSchema)
  const rounds = useAnswer(`/rounds?limit=${GRID_ROUNDS}&include=rows`, roundsSchema)
  const spendings = useAnswer('/spendings?limit=100', spendingsSchema)
  const newest = rounds.answer?.rounds.find(({ claimHash }) => claimHash !== null)?.round
  const gram = useAnswer(newest === undefined ? undefined : `/rounds/${newest}/gram`, gramSchema)
  return (
    <>
      <PageHead title="Cohort">members of the task, and what the claims say of them</PageHead>
      <Answered loaded={members} what="the members">
        {(answer) => <Members answer={answer} />}
      </Answered>
      <Answered loaded={spendings} what="what members state of their privacy">
        {(answer) => <StatedPrivacy answer={answer} />}
      </Answered>
      <Answered loaded={rounds} what="the rounds">
        {(answer) => <Verdicts answer={answer} />}
      </Answered>
      {newest !== undefined && (
        <Answered loaded={gram} what={`the inner products of round ${newest}`}>
          {(answer) => <Similarity gram={answer} />}
        </Answered>
      )}
    </>
  )
}

type Member = MembersAnswer['members'][number]

function Members({ answer }: { answer: MembersAnswer }) {
  if (answer.members.length === 0)
    return (
      <Card title="Members">
        <Empty>Members appear when they put stake at risk in the task (wallet page, or quorate member join).</Empty>
      </Card>
    )
  return (
    <Card
      title="Members"
      lead={answer.after === '0' ? 'before the first claim' : `rewards and evidence after round ${answer.after}`}
    >
      <Table
        caption="Stake, rewards and evidence of every account in the task"
        rows={answer.members}
        keyOf={({ member }) => member}
        columns={[
          { head: 'Account', cell: ({ member }) => <Hash value={member} what="account" /> },
          { head: 'Role', cell: ({ role }) => role },
          {
            head: 'Stake that counts',
            cell: ({ eligible, allocated, role }) => <Amount value={role === 'operator' ? allocated : eligible} symbol={false} />,
            number: true,
          },
          { head: 'Share', cell: ({ share, role }) => (role === 'operator' ? '–' : percentOf(share)), number: true },
          { head: 'Earned', cell: ({ earned }) => <Amount value={earned} symbol={false} />, number: true },
          { head: 'Paid out', cell: ({ claimed }) => <Amount value={claimed} symbol={false} />, number: true },
          { head: 'Strikes', cell: ({ evidence }) => evidence?.strikes.toFixed(2) ?? '–', number: true },
          { head: 'Evidence', cell: (member) => <Evidence {...member} /> },
          { head: 'Standing', cell: (member) => <Standing {...member} /> },
        ]}
      />
    </Card>
  )
}

function Evidence({ evidence }: Pick<Member, 'evidence'>) {
  if (!evidence) return <>–</>
  return (
    <span class="short" title={`${evidence.wealth}/256 bit; quarantine at 1000`}>
      {evidence.eValue >= 10 ? evidence.eValue.toFixed(0) : measured(evidence.eValue)} of 1000
    </span>
  )
}

function Standing({ evidence, leavingUntil, connected }: Pick<Member, 'evidence' | 'leavingUntil' | 'connected'>) {
  return (
    <span class="row">
      {evidence?.quarantined && <span class="badge warn">‖ quarantine until round {evidence.until}</span>}
      {leavingUntil !== null && <span class="badge note">→ leaving</span>}
      {connected ? <span class="badge good">● connected</span> : <span class="badge">○ not connected</span>}
    </span>
  )
}

function Verdicts({ answer }: { answer: RoundsAnswer }) {
  const rounds = answer.rounds.filter(({ rows }) => rows && rows.length > 0).toReversed()
  const members = [...new Map(rounds.flatMap(({ rows }) => rows!.map(({ member, slot }) => [member, slot] as const)))].sort(
    (a, b) => a[1] - b[1],
  )
  if (rounds.length === 0)
    return (
      <Card title="Verdicts">
        <Empty>A row for each member and a column for each round appear after the first claim.</Empty>
      </Card>
    )
  const caption = `Verdict on each member in rounds ${rounds[0]!.round} to ${rounds.at(-1)!.round}; each leads to its reason`
  return (
    <Card title="Verdicts" lead="choose one to see why">
      <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
        <table class="verdicts">
          <caption>{caption}</caption>
          <thead>
            <tr>
              <th scope="col">Member</th>
              {rounds.map(({ round }) => (
                <th key={round} scope="col">
                  {round}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {members.map(([member]) => (
              <tr key={member}>
                <th scope="row">
                  <Hash value={member} what="member" copy={false} />
                </th>
                {rounds.map(({ round, rows }) => (
                  <td key={round}>
                    <Cell
                      round={round}
                      member={member}
                      verdict={rows!.find((row) => row.member === member)?.verdict ?? 'unsealed'}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <VerdictLegend />
    </Card>
  )
}

function Cell({ round, member, verdict }: { round: string; member: string; verdict: VerdictWord }) {
  const { sign, kind } = VERDICT_MARKS[verdict]
  return (
    <a
      class={kind}
      href={linkTo('why', round, member)}
      title={`round ${round}: ${verdict}`}
      aria-label={`${verdict} in round ${round}: why?`}
    >
      <span aria-hidden="true">{sign}</span>
    </a>
  )
}

function Similarity({ gram }: { gram: GramAnswer }) {
  const labels = [...gram.members.map(shortHash), ...(gram.reference ? ['last step'] : [])]
  if (labels.length === 0)
    return (
      <Card title="How similar the updates are">
        <Empty>No update of round {gram.round} was admitted. The next claim with updates fills this map.</Empty>
      </Card>
    )
  return (
    <Card
      title="How similar the updates are"
      lead={`cosines of round ${gram.round}: 1 the same direction, 0 unrelated, −1 opposite`}
    >
      <div class="cards">
        <figure>
          <HeatMap title={`Cosines between the updates of round ${gram.round}`} labels={labels} values={gram.cosines} />
        </figure>
        <details>
          <summary>The numbers as a table</summary>
          <Table
            caption={`Lengths and cosines of the updates of round ${gram.round}`}
            rows={labels.map((label, row) => ({ label, row }))}
            keyOf={({ label, row }) => `${label} ${row}`}
            columns={[
              { head: 'Update of', cell: ({ label }) => label },
              { head: 'Length', cell: ({ row }) => gram.norms[row]?.toFixed(0) ?? '–', number: true },
              ...labels.map((label, column) => ({
                head: label,
                cell: ({ row }: { row: number }) => gram.cosines[row]?.[column]?.toFixed(3) ?? '–',
                number: true,
              })),
            ]}
          />
        </details>
      </div>
    </Card>
  )
}
