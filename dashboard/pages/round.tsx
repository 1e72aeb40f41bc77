import { plural } from '../../src/core/plural.ts'
import { roundSchema, roundsSchema } from '../../src/api/schemas.ts'
import type { RoundAnswer, RoundMemberAnswer } from '../../src/api/schemas.ts'
import type { PageProps } from '../app.tsx'
import { Timeline } from '../charts/timeline.ts'
import type { Phase } from '../charts/timeline.ts'
import { useChainNow } from '../data/chain-now.ts'
import { useAnswer, useTask } from '../data/context.ts'
import { duration, percentOf } from '../parts/format.ts'
import { Answered } from '../parts/loading.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Amount, Card, Empty, Facts, Figures, Hash, Notice, Time } from '../parts/small.tsx'
import { Table } from '../parts/table.tsx'
import { VerdictBadge } from '../parts/verdict.tsx'
import { linkTo } from '../route.ts'

/** The round as it happens: phases against their deadlines, and who is awaited. */
export function RoundPage({ rest: [asked] }: PageProps) {
  const newest = useAnswer(asked === undefined ? '/rounds?limit=1' : undefined, roundsSchema)
  const number = asked ?? newest.answer?.rounds[0]?.round
  const round = useAnswer(number === undefined ? undefined : `/rounds/${number}`, roundSchema)
  if (asked === undefined && newest.answer?.rounds.length === 0) return <NoRound />
  return (
    <Answered
      loaded={number === undefined ? { answer: undefined, problem: newest.problem } : round}
      what={number === undefined ? 'the newest round' : `round ${number}`}
    >
      {(answer) => <RoundView round={answer} />}
    </Answered>
  )
}

function NoRound() {
  const { terms } = useTask()
  return (
    <>
      <PageHead title="No round yet" />
      <Card title="What the task waits for">
        <Empty>
          The first round opens when {plural(terms.minMembers, 'member')} with <Amount value={terms.minStake} /> in all joined,
          and an operator takes the seat. This page then shows it as it happens.
        </Empty>
      </Card>
    </>
  )
}

const STATE_WORDS: Record<RoundAnswer['state'], string> = {
  open: 'open',
  posted: 'posted: the claim can be disputed until it is final',
  final: 'final',
  void: 'void: it ended without a claim, and the model stays',
  rejected: 'rejected: its claim was proved false',
}

function RoundView({ round }: { round: RoundAnswer }) {
  const now = useChainNow(round.chainNow)
  const awaited = round.entries.filter((entry) => entry.awaited)
  return (
    <>
      <PageHead title={`Round ${round.round}`}>{STATE_WORDS[round.state]}</PageHead>
      {round.deadlines && round.openedAt !== null && <Phases round={round} now={now} />}
      <div class="cards">
        {round.state === 'open' && <Awaited awaited={awaited} phase={round.phase} />}
        <Card title="The round">
          <Figures
            items={[
              ['members', round.members ?? '–'],
              ['rows in the list', round.sealed ?? '–'],
              ['rewards', round.rewards === null ? '–' : <Amount value={round.rewards} />],
            ]}
          />
          <Facts
            items={[
              ['Operator', round.operator ? <Hash value={round.operator} what="operator" /> : 'the seat is empty'],
              ['Opened', <Time at={round.openedAt} />],
              ['Sealed', <Time at={round.sealedAt} />],
              ['Posted', <Time at={round.postedAt} />],
              ['Final', finality(round, now)],
              ['Claim', round.claimHash ? <Hash value={round.claimHash} what="claim hash" /> : 'none yet'],
              ...(round.transaction
                ? ([['Transaction', <Hash value={round.transaction} what="transaction" />]] as [string, preact.JSX.Element][])
                : []),
            ]}
          />
          <Neighbours round={BigInt(round.round)} />
        </Card>
        {round.agreement && (
          <Card title="Agreement" lead="members that replayed the claim and signed it">
            <progress aria-label="Stake that agrees" max={1} value={shareOf(round.agreement.stake, round.agreement.totalStake)} />
            <p>
              {plural(round.agreement.members, 'member')} with{' '}
              {percentOf(shareOf(round.agreement.stake, round.agreement.totalStake))} of the stake signed it.{' '}
              {round.agreement.reached ? 'That is a quorum.' : `A quorum is ${round.agreement.quorumBps / 100} %.`}
            </p>
          </Card>
        )}
        <Card title="Members" wide>
          {round.entries.length === 0 ? (
            <Empty>The members appear when the round opens. In a task that draws its members that is a few blocks later.</Empty>
          ) : (
            <Members round={round} />
          )}
        </Card>
      </div>
    </>
  )
}

function Phases({ round, now }: { round: RoundAnswer; now: number }) {
  const phases = phasesOf(round)
  const ends = {
    commit: 'hand in a hash of the update',
    reveal: 'show what the hash was of',
    attest: 'say whose updates they hold',
    post: 'the operator posts the claim',
  }
  const open = round.state === 'open'
  return (
    <Card title="Phases" wide lead={round.sealedAt === null ? 'the ends after the seal are estimates' : undefined}>
      <Timeline
        title={`Phases of round ${round.round}; now: ${round.phase ?? 'over'}`}
        phases={phases}
        now={open ? now : phases.at(-1)!.to}
        current={open ? round.phase : null}
      />
      <ol class="phases">
        {phases.map(({ name, to }) => {
          const current = open && name === round.phase
          return (
            <li key={name} class={current ? 'phase now' : 'phase'} aria-current={current ? 'step' : undefined}>
              <strong>
                {current && <span aria-hidden="true">▸ </span>}
                {name}
              </strong>
              <span class="soft">{ends[name as keyof typeof ends]}</span>
              <span>
                {!open ? <Time at={to} /> : now < to ? `ends in ${duration(to - now)}` : `ended ${duration(now - to)} ago`}
              </span>
            </li>
          )
        })}
      </ol>
    </Card>
  )
}

function phasesOf({ deadlines, openedAt, sealedAt }: RoundAnswer): Phase[] {
  const { commit, reveal, attest, post } = deadlines!
  const sealed = sealedAt ?? commit
  return [
    { name: 'commit', from: openedAt!, to: sealed },
    { name: 'reveal', from: sealed, to: reveal },
    { name: 'attest', from: reveal, to: attest },
    { name: 'post', from: attest, to: post },
  ]
}

function Awaited({ awaited, phase }: { awaited: RoundMemberAnswer[]; phase: RoundAnswer['phase'] }) {
  const does = {
    commit: 'commitment',
    reveal: 'reveal',
    attest: 'attestation',
    post: 'claim of the operator',
    agree: 'agreement',
  }
  return (
    <Card title="Who is awaited" lead={phase ? `the ${does[phase]}` : undefined}>
      {awaited.length === 0 ? (
        <Notice kind="good">
          <p>
            {phase === 'post'
              ? 'The operator is awaited: it computes and posts the claim.'
              : 'Nobody: every member has done its part of this phase.'}
          </p>
        </Notice>
      ) : (
        <ul class="row">
          {awaited.map(({ member }) => (
            <li key={member} class="badge warn">
              <span aria-hidden="true">⌛</span> <Hash value={member} what="member" copy={false} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

function Members({ round }: { round: RoundAnswer }) {
  const done = (value: boolean | null) =>
    value === null ? (
      <span class="soft">not known</span>
    ) : value ? (
      <span class="badge good">✓ yes</span>
    ) : (
      <span class="badge">· no</span>
    )
  return (
    <Table
      caption={`Members of round ${round.round} and what each has done`}
      rows={round.entries}
      keyOf={({ member }) => member}
      columns={[
        { head: 'Member', cell: ({ member }) => <Hash value={member} what="member" /> },
        { head: 'Stake', cell: ({ stake }) => <Amount value={stake} symbol={false} />, number: true },
        { head: 'Committed', cell: ({ committed }) => done(committed) },
        { head: 'Revealed', cell: ({ revealed }) => done(revealed) },
        { head: 'Attested', cell: ({ attested }) => done(attested) },
        { head: 'Agreed', cell: ({ agreed }) => done(agreed) },
        {
          head: 'Verdict',
          cell: ({ verdict, member }) =>
            verdict === null ? (
              <span class="soft">after the claim</span>
            ) : (
              <>
                <VerdictBadge verdict={verdict} /> <a href={linkTo('why', round.round, member)}>why?</a>
              </>
            ),
        },
        {
          head: 'Reward',
          cell: ({ reward }) => (reward === null ? '–' : <Amount value={reward} symbol={false} />),
          number: true,
        },
      ]}
    />
  )
}

function Neighbours({ round }: { round: bigint }) {
  return (
    <p class="row">
      {round > 1n && <a href={linkTo('round', String(round - 1n))}>← round {String(round - 1n)}</a>}
      <a href={linkTo('round')}>newest round</a>
    </p>
  )
}

function finality({ state, challengeEnd }: RoundAnswer, now: number) {
  if (state === 'final') return 'yes'
  if (state !== 'posted' || challengeEnd === null) return 'not yet'
  return now >= challengeEnd ? 'the challenge window is over' : `by a quorum, or in ${duration(challengeEnd - now)}`
}

function shareOf(part: string, all: string): number {
  return all === '0' ? 0 : Number((BigInt(part) * 10_000n) / BigInt(all)) / 10_000
}
