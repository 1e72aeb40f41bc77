import { lineageSchema } from '../../src/api/schemas.ts'
import { useAnswer, useTask } from '../data/context.ts'
import { Answered } from '../parts/loading.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Card, Empty, Facts, Hash, Time } from '../parts/small.tsx'
import { Table } from '../parts/table.tsx'
import { linkTo } from '../route.ts'

/** Where the model comes from: each claim names the one before, back to genesis. */
export function LineagePage() {
  const loaded = useAnswer('/lineage?limit=100', lineageSchema)
  const { specHash, predecessor, founder, contracts, fromBlock } = useTask()
  return (
    <>
      <PageHead title="Lineage">the chain of claims behind the model</PageHead>
      <Card title="Origin">
        <Facts
          items={[
            ['Specification', <Hash value={specHash} what="specification hash" />],
            ['Founder', <Hash value={founder} what="founder" />],
            ['Ledger contract', <Hash value={contracts.ledger} what="ledger" />],
            ['Since block', fromBlock],
            [
              'Started from',
              predecessor ? `the model of round ${predecessor.round} of task ${predecessor.task}` : 'a model of its own',
            ],
          ]}
        />
      </Card>
      <Answered loaded={loaded} what="the lineage">
        {({ models, next }) => (
          <Card title="Models" lead="newest first; a claim hash names everything that made the model">
            {models.length <= 1 && <Empty>Only the genesis model stands. Each claim adds a line.</Empty>}
            <Table
              caption="Claims that stand, each built on the one below"
              rows={models}
              keyOf={({ claimHash }) => claimHash}
              columns={[
                {
                  head: 'Round',
                  cell: ({ round }) => (round === '0' ? 'genesis' : <a href={linkTo('round', round)}>{round}</a>),
                },
                { head: 'Claim', cell: ({ claimHash }) => <Hash value={claimHash} what="claim hash" /> },
                { head: 'Built on', cell: ({ parent }) => <Hash value={parent} what="parent" copy={false} /> },
                { head: 'Model root', cell: ({ modelRoot }) => <Hash value={modelRoot} what="model root" /> },
                { head: 'Evidence', cell: ({ evidence }) => <Hash value={evidence} what="evidence hash" copy={false} /> },
                {
                  head: 'Operator',
                  cell: ({ operator }) => (operator ? <Hash value={operator} what="operator" copy={false} /> : '–'),
                },
                { head: 'Opened', cell: ({ openedAt }) => <Time at={openedAt} /> },
                {
                  head: 'Final',
                  cell: ({ final }) =>
                    final ? <span class="badge good">✓ final</span> : <span class="badge warn">⌛ not yet</span>,
                },
              ]}
            />
            {next !== null && <p class="soft">Older models: quorate audit replays all of them.</p>}
          </Card>
        )}
      </Answered>
    </>
  )
}
