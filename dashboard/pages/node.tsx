import { metricsSchema, nodeSchema, spendingsSchema } from '../../src/api/schemas.ts'
import type { MetricsAnswer, NodeAnswer } from '../../src/api/schemas.ts'
import { useAnswer } from '../data/context.ts'
import { duration } from '../parts/format.ts'
import { Answered } from '../parts/loading.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Card, Empty, Facts, Hash, Notice, Time } from '../parts/small.tsx'
import { OwnPrivacy } from '../parts/spendings.tsx'
import { Table } from '../parts/table.tsx'

/** The node that serves the page: whether it can do its duties, what it waits for, its metrics. */
export function NodePage() {
  const node = useAnswer('/node', nodeSchema)
  const metrics = useAnswer('/metrics', metricsSchema)
  const spendings = useAnswer('/spendings?limit=100', spendingsSchema)
  return (
    <>
      <PageHead title="Node">the node that serves this page</PageHead>
      <Answered loaded={node} what="the node">
        {(answer) => <Node node={answer} />}
      </Answered>
      {/* A node that has not started knows no statements, and says so above. */}
      {spendings.answer && <OwnPrivacy answer={spendings.answer} account={node.answer?.account ?? null} />}
      <Answered loaded={metrics} what="the metrics">
        {(answer) => <Metrics answer={answer} />}
      </Answered>
    </>
  )
}

function Node({ node }: { node: NodeAnswer }) {
  const { readiness, chain } = node
  return (
    <div class="cards">
      <Card title="Health">
        <Notice kind={node.ready ? 'good' : 'warn'} live>
          <p>
            <strong>{node.ready ? '✓ Ready: the node can do its duties.' : '⌛ Not ready.'}</strong>
          </p>
          {readiness.node.waitsFor !== null && <p>It waits for: {readiness.node.waitsFor}</p>}
        </Notice>
        <Facts
          items={[
            [
              'Chain',
              readiness.chain.ok
                ? `answers${readiness.chain.secondsSince === null ? '' : `, last ${duration(readiness.chain.secondsSince)} ago`}`
                : 'does not answer',
            ],
            ['Block', chain?.block ?? 'not known yet'],
            ['Chain time', chain ? <Time at={chain.now} /> : 'not known yet'],
            ['Clock of the machine', <Time at={node.now} />],
            ['Peers connected', String(readiness.peers)],
          ]}
        />
      </Card>
      <Card title="Who it is">
        <Facts
          items={[
            ['Program', `quorate ${node.role}, version ${node.version}`],
            [
              'Account',
              node.account ? <Hash value={node.account} what="account" /> : 'none: it only watches, or has not started',
            ],
            ['Duties', node.duties.join(', ') || 'none yet'],
            ['Since', <Time at={node.startedAt} />],
            [
              'Peers dial',
              node.addresses.length === 0
                ? '–'
                : node.addresses.map((address) => (
                    <div key={address}>
                      <code>{address}</code>
                    </div>
                  )),
            ],
            ['Members dial', node.grpc ?? '–'],
            [
              'Trains with',
              node.training
                ? `${node.training.backend}${node.training.detail ? ` (${node.training.detail})` : ''}, ${node.training.samples ?? '?'} samples`
                : 'it trains nothing',
            ],
          ]}
        />
      </Card>
      <Card title="What it waits for">
        {node.waits.length === 0 ? (
          <Empty>Nothing. A duty that cannot go on appears here with its reason.</Empty>
        ) : (
          <ul>
            {node.waits.map(({ duty, reason, since }) => (
              <li key={`${duty} ${reason}`}>
                <strong>{duty ?? 'the node'}</strong>: {reason}{' '}
                {since !== null && (
                  <span class="soft">
                    since <Time at={since} />
                  </span>
                )}
              </li>
            ))}
          </ul>
        )}
      </Card>
    </div>
  )
}

function Metrics({ answer }: { answer: MetricsAnswer }) {
  const rows = answer.metrics
    .filter(({ type }) => type === 'gauge' || type === 'counter')
    .flatMap(({ name, help, values }) => values.map(({ labels, value }) => ({ name, help, labels, value })))
  return (
    <Card title="Metrics" lead="counters and gauges; Prometheus scrapes all of them">
      <details>
        <summary>{rows.length} values</summary>
        <Table
          caption="Counters and gauges of the node"
          rows={rows}
          keyOf={({ name, labels }) => `${name} ${JSON.stringify(labels)}`}
          columns={[
            { head: 'Metric', cell: ({ name }) => <code>{name}</code> },
            {
              head: 'Labels',
              cell: ({ labels }) =>
                Object.entries(labels)
                  .map(([key, value]) => `${key}=${value}`)
                  .join(' ') || '–',
            },
            { head: 'Value', cell: ({ value }) => value ?? '–', number: true },
            { head: 'Meaning', cell: ({ help }) => help },
          ]}
        />
      </details>
    </Card>
  )
}
