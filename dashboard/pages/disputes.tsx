import { disputesSchema } from '../../src/api/schemas.ts'
import type { DisputesAnswer } from '../../src/api/schemas.ts'
import { useAnswer } from '../data/context.ts'
import { Answered } from '../parts/loading.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Amount, Card, Empty, Facts, Hash, Time } from '../parts/small.tsx'
import { Table } from '../parts/table.tsx'

const STATES: Record<DisputesAnswer['disputes'][number]['state'], [sign: string, kind: string, words: string]> = {
  open: ['⌛', 'warn', 'this node works on it'],
  rejected: ['✕', 'bad', 'the claim was rejected'],
  sound: ['✓', 'good', 'the claim turned out to be true'],
  final: ['■', 'note', 'the claim became final first'],
  'no judge': ['!', 'bad', 'the task has no judge'],
}

/** Claims that this node disputes or that were rejected, with proofs and gas, and the fines of members. */
export function DisputesPage() {
  const loaded = useAnswer('/disputes', disputesSchema)
  return (
    <>
      <PageHead title="Disputes">claims that do not follow from their evidence, and what came of it</PageHead>
      <Answered loaded={loaded} what="the disputes">
        {({ disputes, penalties }) => (
          <>
            {disputes.length === 0 ? (
              <Card title="Disputed claims">
                <Empty>
                  None. A dispute appears here as soon as this node replays a claim and finds another result, or when a judge
                  rejects a claim.
                </Empty>
              </Card>
            ) : (
              <div class="cards">
                {disputes.map((dispute) => (
                  <Dispute key={dispute.claimHash} dispute={dispute} />
                ))}
              </div>
            )}
            <Card title="Fines of members">
              {penalties.length === 0 ? (
                <Empty>
                  None. A member is fined when somebody proves that it signed two contradictory statements or sent garbage.
                </Empty>
              ) : (
                <Penalties penalties={penalties} />
              )}
            </Card>
          </>
        )}
      </Answered>
    </>
  )
}

function Dispute({ dispute }: { dispute: DisputesAnswer['disputes'][number] }) {
  const { round, claimHash, operator, state, reasons, proof, courtRequests } = dispute
  const [sign, kind, words] = STATES[state]
  return (
    <Card title={`Claim of round ${round}`} lead={<Hash value={claimHash} what="claim hash" />}>
      <p>
        <span class={`badge ${kind}`}>
          <span aria-hidden="true">{sign}</span> {words}
        </span>
      </p>
      {reasons.length > 0 && (
        <ul>
          {reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
      <Facts
        items={[
          ['Operator', operator ? <Hash value={operator} what="operator" /> : 'not known'],
          ['Proof', proof ? (proof.proof ?? 'sent by another account') : 'none yet'],
          ...(proof
            ? ([
                ['Transaction', <Hash value={proof.transaction} what="transaction" />],
                ['When', <Time at={proof.time} />],
                ['Gas', proof.gas === null ? 'not known' : Number(proof.gas).toLocaleString('en')],
                ['Slashed', <Amount value={proof.slashed} />],
                [
                  'Bounty',
                  <>
                    <Amount value={proof.bounty} /> to <Hash value={proof.recipient} what="recipient" />
                  </>,
                ],
                ['Burned', <Amount value={proof.burned} />],
              ] as [string, preact.JSX.Element][])
            : []),
        ]}
      />
      {courtRequests.length > 0 && (
        <Table
          caption="Parts of the claim that this node asked the court for"
          rows={courtRequests}
          keyOf={({ id }) => id}
          columns={[
            { head: 'Part', cell: ({ kind: part, tree, level, index }) => `${part} of ${tree}, level ${level}, ${index}` },
            { head: 'Answer until', cell: ({ deadline }) => <Time at={deadline} /> },
          ]}
        />
      )}
    </Card>
  )
}

function Penalties({ penalties }: Pick<DisputesAnswer, 'penalties'>) {
  return (
    <Table
      caption="Fines of members, newest first"
      rows={penalties}
      keyOf={({ transaction, account }) => `${transaction} ${account}`}
      columns={[
        { head: 'Member', cell: ({ account }) => <Hash value={account} what="member" /> },
        { head: 'Round', cell: ({ round }) => round, number: true },
        { head: 'Fault', cell: ({ kind }) => kind ?? 'proved by another account' },
        { head: 'Penalty', cell: ({ penalty }) => <Amount value={penalty} symbol={false} />, number: true },
        { head: 'Bounty', cell: ({ bounty }) => <Amount value={bounty} symbol={false} />, number: true },
        { head: 'Gas', cell: ({ gas }) => (gas === null ? '–' : Number(gas).toLocaleString('en')), number: true },
        { head: 'When', cell: ({ time }) => <Time at={time} /> },
        { head: 'Transaction', cell: ({ transaction }) => <Hash value={transaction} what="transaction" /> },
      ]}
    />
  )
}
