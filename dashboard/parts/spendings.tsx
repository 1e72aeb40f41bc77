import type { SpendingsAnswer } from '../../src/api/schemas.ts'
import { LineChart } from '../charts/line-chart.ts'
import { measured } from './format.ts'
import { Card, Empty, Facts, Hash } from './small.tsx'
import { Table } from './table.tsx'

type Entry = SpendingsAnswer['rounds'][number]['entries'][number]

/** What everybody who reads a statement must know. */
const WORD = 'the word of each member: nobody can see from an update how much noise it has'

/** What each member stated last; nothing where no member stated anything. */
export function StatedPrivacy({ answer }: { answer: SpendingsAnswer }) {
  const newest = new Map<string, Entry & { round: string }>()
  for (const { round, entries } of answer.rounds)
    for (const entry of entries) if (!newest.has(entry.member)) newest.set(entry.member, { ...entry, round })
  if (newest.size === 0) return null
  return (
    <Card title="Privacy, as members state it" lead={WORD}>
      <Table
        caption="Newest statement of each member that trains with noise"
        rows={[...newest.values()]}
        keyOf={({ member }) => member}
        columns={[
          { head: 'Member', cell: ({ member }) => <Hash value={member} what="member" /> },
          { head: 'Round', cell: ({ round }) => round, number: true },
          { head: 'ε of the round', cell: ({ epsilon }) => measured(epsilon), number: true },
          { head: 'ε in all', cell: ({ total }) => measured(total), number: true },
          { head: 'δ', cell: ({ delta }) => String(delta), number: true },
          {
            head: 'Noise',
            cell: ({ steps }) => steps.map(({ noiseMultiplier }) => measured(noiseMultiplier)).join(', '),
            number: true,
          },
          {
            head: 'Sampling rate',
            cell: ({ steps }) => steps.map(({ samplingRate }) => measured(samplingRate)).join(', '),
            number: true,
          },
          { head: 'Steps', cell: ({ steps }) => steps.map((one) => one.steps).join(', '), number: true },
        ]}
      />
    </Card>
  )
}

/** The privacy budget of the node that serves the page, and what it stated over rounds; nothing for one that trains without noise. */
export function OwnPrivacy({ answer, account }: { answer: SpendingsAnswer; account: string | null }) {
  const { own, rounds } = answer
  const stated = rounds
    .flatMap(({ round, entries }) => entries.filter(({ member }) => member === account).map((entry) => ({ ...entry, round })))
    .toReversed()
  if (!own && stated.length === 0) return null
  return (
    <Card title="Privacy budget" lead="what the updates of this member have told of one record">
      {own ? (
        <Facts
          items={[
            ['Spent', `ε = ${measured(own.spent)} of ${own.epsilon} (δ = ${own.delta})`],
            ['By', `${own.rounds} trainings, ${own.steps} steps with noise`],
            ['Rounds left', own.roundsLeft === null ? 'not known yet' : `${own.roundsLeft} at today\u2019s noise`],
          ]}
        />
      ) : (
        <Empty>The budget appears with the next update that is charged; quorate member privacy shows it now.</Empty>
      )}
      {stated.length > 0 && (
        <>
          <figure>
            <LineChart
              title="ε in all, as this member stated it, by round"
              x={stated.map(({ round }) => Number(round))}
              xLabel="round"
              series={[{ label: 'ε in all', values: stated.map(({ total }) => total) }]}
              format={measured}
            />
          </figure>
          <details>
            <summary>The numbers as a table</summary>
            <Table
              caption="What this member stated, newest round first"
              rows={stated.toReversed()}
              keyOf={({ round }) => round}
              columns={[
                { head: 'Round', cell: ({ round }) => round },
                { head: 'ε of the round', cell: ({ epsilon }) => measured(epsilon), number: true },
                { head: 'ε in all', cell: ({ total }) => measured(total), number: true },
              ]}
            />
          </details>
        </>
      )}
    </Card>
  )
}
