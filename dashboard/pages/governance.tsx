import { governanceSchema } from '../../src/api/schemas.ts'
import type { GovernanceAnswer } from '../../src/api/schemas.ts'
import { useAnswer, useTask } from '../data/context.ts'
import { duration, percentOf } from '../parts/format.ts'
import { Answered } from '../parts/loading.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Amount, Card, Empty, Facts, Hash, Notice, Time } from '../parts/small.tsx'
import { Table } from '../parts/table.tsx'
import { linkTo } from '../route.ts'

/** What voters may change, within which bounds, and what they decide. */
export function GovernancePage() {
  const { governance } = useTask()
  const loaded = useAnswer(governance ? '/governance' : undefined, governanceSchema)
  return (
    <>
      <PageHead title="Governance">members vote with their stake</PageHead>
      {governance ? (
        <Answered loaded={loaded} what="the proposals">
          {(answer) => <Governance answer={answer} />}
        </Answered>
      ) : (
        <Card title="No votes">
          <Empty>
            An account owns the contracts of this task, and no voters decide. quorate deploy --governance makes contracts that
            voters own.
          </Empty>
        </Card>
      )}
    </>
  )
}

function Governance({ answer }: { answer: GovernanceAnswer }) {
  return (
    <>
      {answer.proposals.length === 0 ? (
        <Card title="Proposals">
          <Empty>
            None yet. Whoever has the votes may propose with quorate gov propose; the proposal then appears here with a countdown.
          </Empty>
        </Card>
      ) : (
        <div class="cards">
          {answer.proposals.map((proposal) => (
            <Proposal key={proposal.proposal} proposal={proposal} />
          ))}
        </div>
      )}
      <Card title="Parameters" lead="a proposal cannot leave the bounds">
        <Table
          caption="Parameters that voters decide, with their bounds"
          rows={answer.parameters}
          keyOf={({ name }) => name}
          columns={[
            { head: 'Parameter', cell: ({ name }) => <code>{name}</code> },
            { head: 'Now', cell: ({ value, unit }) => <Value value={value} unit={unit} />, number: true },
            { head: 'At least', cell: ({ min, unit }) => <Value value={min} unit={unit} />, number: true },
            { head: 'At most', cell: ({ max, unit }) => <Value value={max} unit={unit} />, number: true },
          ]}
        />
      </Card>
      <Card title="Contracts">
        <Facts
          items={[
            ['Governor', <Hash value={answer.governor} what="governor" />],
            ['Timelock', <Hash value={answer.timelock} what="timelock" />],
            ['Guardian', answer.guardian ? <Hash value={answer.guardian} what="guardian" /> : 'none'],
          ]}
        />
      </Card>
    </>
  )
}

function Value({ value, unit }: { value: string; unit: GovernanceAnswer['parameters'][number]['unit'] }) {
  if (unit === 'tokens') return <Amount value={value} symbol={false} />
  if (unit === 'flag') return <>{value === '1' ? 'on' : 'off'}</>
  if (unit === 'bps') return <span title={`${value} basis points`}>{Number(value) / 100} %</span>
  return <span title={`${value} s`}>{duration(Number(value))}</span>
}

const STATE_KINDS: Record<GovernanceAnswer['proposals'][number]['state'], [sign: string, kind: string]> = {
  pending: ['…', 'note'],
  active: ['●', 'good'],
  canceled: ['–', 'note'],
  defeated: ['✕', 'bad'],
  succeeded: ['✓', 'good'],
  queued: ['⌛', 'warn'],
  expired: ['–', 'note'],
  executed: ['■', 'good'],
}

function Proposal({ proposal }: { proposal: GovernanceAnswer['proposals'][number] }) {
  const { reference, state, description, calls, votes, quorum, proposer, snapshot, deadline, executableAt, next } = proposal
  const [sign, kind] = STATE_KINDS[state]
  const cast = BigInt(votes.for) + BigInt(votes.against) + BigInt(votes.abstain)
  const share = (part: string): number => (cast === 0n ? 0 : Number((BigInt(part) * 1000n) / cast) / 1000)
  return (
    <Card
      title={description ?? `Proposal ${reference}`}
      lead={
        <span class={`badge ${kind}`}>
          <span aria-hidden="true">{sign}</span> {state}
        </span>
      }
    >
      <ul>
        {calls.map(({ words, target, data }) => (
          <li key={`${target} ${data}`}>
            <code>{words}</code>
          </li>
        ))}
      </ul>
      <Table
        caption={`Votes on proposal ${reference}`}
        rows={(['for', 'against', 'abstain'] as const).map((name) => ({ name, value: votes[name] }))}
        keyOf={({ name }) => name}
        columns={[
          { head: 'Vote', cell: ({ name }) => name },
          { head: 'Stake', cell: ({ value }) => <Amount value={value} symbol={false} />, number: true },
          { head: 'Share', cell: ({ value }) => percentOf(share(value)), number: true },
        ]}
      />
      <Facts
        items={[
          [
            'Needed',
            quorum === null ? (
              'known when voting begins'
            ) : (
              <>
                <Amount value={quorum} /> for or abstaining
              </>
            ),
          ],
          ['Votes count of', <Time at={snapshot} />],
          ['Voting ends', <Time at={deadline} />],
          ...(executableAt === null ? [] : ([['Executable from', <Time at={executableAt} />]] as [string, preact.JSX.Element][])),
          ['Proposed by', <Hash value={proposer} what="proposer" />],
        ]}
      />
      <Notice>
        <p>{next}</p>
        {state === 'active' && (
          <p>
            <a href={linkTo('wallet', 'vote', proposal.proposal)}>Vote with a wallet</a>
          </p>
        )}
      </Notice>
    </Card>
  )
}
