import { economicsSchema } from '../../src/api/schemas.ts'
import type { EconomicsAnswer } from '../../src/api/schemas.ts'
import { BarChart } from '../charts/bar-chart.ts'
import { useAnswer, useTask } from '../data/context.ts'
import { roundTokens, shortHash, symbolOf } from '../parts/format.ts'
import { Answered } from '../parts/loading.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Amount, Card, Empty, Facts, Figures, Hash } from '../parts/small.tsx'
import { Table } from '../parts/table.tsx'

/** Who earned what, what was paid out, fees and slashes. */
export function EconomicsPage() {
  const loaded = useAnswer('/economics', economicsSchema)
  return (
    <>
      <PageHead title="Economics">where the tokens of the task are</PageHead>
      <Answered loaded={loaded} what="the amounts">
        {(answer) => <Economics answer={answer} />}
      </Answered>
    </>
  )
}

function Economics({ answer }: { answer: EconomicsAnswer }) {
  const { token, terms } = useTask()
  const earners = answer.accounts
    .filter(({ earned }) => earned !== '0')
    .sort((a, b) => (BigInt(b.earned) > BigInt(a.earned) ? 1 : -1))
  const bars = earners.slice(0, 20).map(({ account, earned }) => ({
    label: shortHash(account),
    value: Number(BigInt(earned)) / 10 ** token.decimals,
    text: `${roundTokens(BigInt(earned), token)} ${symbolOf(token)}`,
  }))
  return (
    <div class="cards">
      <Card title="Rewards" lead={answer.after === '0' ? 'before the first claim' : `after round ${answer.after}`}>
        <Figures
          items={[
            ['paid in', <Amount value={answer.funded} />],
            ['earned', <Amount value={answer.earned} />],
            ['left for rounds', <Amount value={answer.remaining} />],
          ]}
        />
        <Facts
          items={[
            ['Paid out', <Amount value={answer.paid} />],
            ['Earned, not claimed', <Amount value={answer.unclaimed} />],
            ['A round pays', <Amount value={answer.rewardPerRound} />],
            ['Operator\u2019s share of it', `${terms.operatorShareBps / 100} %`],
            ['Rounds that the rest pays for', answer.roundsLeft === null ? 'the task pays nothing' : answer.roundsLeft],
            ['Refunded to the founder', <Amount value={answer.refunded} />],
          ]}
        />
      </Card>
      <Card title="Fees and slashes">
        <Figures
          items={[
            ['joining fees', <Amount value={answer.fees} />],
            ['slashed', <Amount value={answer.slashed} />],
            ['burned', <Amount value={answer.burned} />],
          ]}
        />
        <p class="soft">
          Of what was slashed, <Amount value={answer.bounties} /> went to those who proved the faults.
        </p>
      </Card>
      <Card title="Who earned what" wide>
        {bars.length === 0 ? (
          <Empty>Nobody has earned anything yet. Bars appear after the first claim that pays.</Empty>
        ) : (
          <figure>
            <BarChart title="Rewards by account" bars={bars} />
          </figure>
        )}
        {answer.accounts.length > 0 && (
          <Table
            caption="Everybody that earned, paid or lost anything"
            rows={answer.accounts}
            keyOf={({ account }) => account}
            columns={[
              { head: 'Account', cell: ({ account }) => <Hash value={account} what="account" /> },
              { head: 'Role', cell: ({ role }) => role },
              { head: 'Earned', cell: ({ earned }) => <Amount value={earned} symbol={false} />, number: true },
              { head: 'Paid out', cell: ({ paid }) => <Amount value={paid} symbol={false} />, number: true },
              { head: 'Fees', cell: ({ fees }) => <Amount value={fees} symbol={false} />, number: true },
              { head: 'Slashed', cell: ({ slashed }) => <Amount value={slashed} symbol={false} />, number: true },
              { head: 'Bounties', cell: ({ bounties }) => <Amount value={bounties} symbol={false} />, number: true },
            ]}
          />
        )}
      </Card>
    </div>
  )
}
