import { useState } from 'preact/hooks'
import { evaluationsSchema } from '../../src/api/schemas.ts'
import type { EvaluationsAnswer } from '../../src/api/schemas.ts'
import { ChartLegend, LineChart } from '../charts/line-chart.ts'
import { useAnswer, useTask } from '../data/context.ts'
import { measured, shortHash } from '../parts/format.ts'
import { Answered } from '../parts/loading.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Card, Empty, Facts, Figures } from '../parts/small.tsx'
import { Table } from '../parts/table.tsx'

/** How good the model is, round by round: over all members with their spread, and for each member. */
export function ModelPage() {
  const loaded = useAnswer('/evaluations?limit=100', evaluationsSchema)
  const { model, terms, name } = useTask()
  return (
    <>
      <PageHead title="Model">what members measured of it on test samples of their own</PageHead>
      <Answered loaded={loaded} what="the evaluations">
        {(answer) =>
          answer.rounds.some(({ entries, own }) => entries.length > 0 || own) ? (
            <Quality answer={answer} />
          ) : (
            <Card title="Quality over rounds">
              <Empty>
                Curves appear after the first round in which a member holds out test samples and tells what it measured (
                <code>[training] evaluate</code> in its configuration).
              </Empty>
            </Card>
          )
        }
      </Answered>
      <Card title="The model">
        <Facts
          items={[
            ['Name', name],
            ['Numbers in it', model.parameters.toLocaleString('en')],
            ['Tensors', model.tensors.map((tensor) => `${tensor.name} ${tensor.shape.join('×')}`).join(', ')],
            ['Rule', `${terms.rule}, tolerates ${terms.byzantineBps / 100} % of the stake`],
          ]}
        />
      </Card>
    </>
  )
}

function Quality({ answer }: { answer: EvaluationsAnswer }) {
  const rounds = answer.rounds.toReversed()
  const metrics = [
    ...new Set(rounds.flatMap(({ summary, own }) => [...Object.keys(summary), ...Object.keys(own?.metrics ?? {})])),
  ]
  const [chosen, setChosen] = useState(metrics.includes('accuracy') ? 'accuracy' : metrics[0]!)
  const metric = metrics.includes(chosen) ? chosen : metrics[0]!
  const x = rounds.map(({ round }) => Number(round))
  const of = rounds.map(({ summary }) => summary[metric])
  const global = [
    { label: 'mean by stake', values: of.map((one) => one?.mean ?? null) },
    { label: 'median of members', values: of.map((one) => one?.median ?? null) },
  ]
  const members = [...new Set(rounds.flatMap(({ entries }) => entries.map(({ member }) => member)))]
  const each = members.slice(0, 8).map((member) => ({
    label: shortHash(member),
    values: rounds.map(({ entries }) => entries.find((entry) => entry.member === member)?.metrics[metric] ?? null),
  }))
  const last = of.findLast((one) => one !== undefined)
  return (
    <>
      <div class="row" role="group" aria-label="Metric">
        {metrics.map((name) => (
          <button
            type="button"
            key={name}
            class={name === metric ? 'main' : ''}
            aria-pressed={name === metric}
            onClick={() => setChosen(name)}
          >
            {name}
          </button>
        ))}
      </div>
      <div class="cards">
        <Card title={`${metric} over rounds`} lead="shaded: from the least to the most of a member">
          {last && (
            <Figures
              items={[
                ['newest, mean by stake', measured(last.mean)],
                ['least … most', `${measured(last.least)} … ${measured(last.most)}`],
                ['spread', measured(last.spread)],
              ]}
            />
          )}
          <figure>
            <LineChart
              title={`${metric} of the global model by round`}
              x={x}
              xLabel="round"
              series={global}
              band={of.map((one) => (one ? [one.least, one.most] : null))}
              format={measured}
            />
            <ChartLegend series={global} />
          </figure>
          <details>
            <summary>The numbers as a table</summary>
            <Table
              caption={`${metric} by round`}
              rows={answer.rounds}
              keyOf={({ round }) => round}
              columns={[
                { head: 'Round', cell: ({ round }) => round },
                { head: 'Members', cell: ({ summary }) => summary[metric]?.members ?? 0, number: true },
                { head: 'Mean by stake', cell: ({ summary }) => cell(summary[metric]?.mean), number: true },
                { head: 'Median', cell: ({ summary }) => cell(summary[metric]?.median), number: true },
                { head: 'Least', cell: ({ summary }) => cell(summary[metric]?.least), number: true },
                { head: 'Most', cell: ({ summary }) => cell(summary[metric]?.most), number: true },
                { head: 'Spread', cell: ({ summary }) => cell(summary[metric]?.spread), number: true },
              ]}
            />
          </details>
        </Card>
        <Card
          title={`${metric} by member`}
          lead={members.length > 8 ? `the first 8 of ${members.length}` : 'the same model, on the test samples of each'}
        >
          <figure>
            <LineChart title={`${metric} by member and round`} x={x} xLabel="round" series={each} format={measured} />
            <ChartLegend series={each} />
          </figure>
          <details>
            <summary>The numbers as a table</summary>
            <Table
              caption={`${metric} by member, newest round first`}
              rows={answer.rounds}
              keyOf={({ round }) => round}
              columns={[
                { head: 'Round', cell: ({ round }) => round },
                ...members.map((member) => ({
                  head: shortHash(member),
                  cell: ({ entries }: EvaluationsAnswer['rounds'][number]) =>
                    cell(entries.find((entry) => entry.member === member)?.metrics[metric]),
                  number: true,
                })),
              ]}
            />
          </details>
        </Card>
      </div>
    </>
  )
}

function cell(value: number | undefined): string {
  return value === undefined ? '–' : measured(value)
}
