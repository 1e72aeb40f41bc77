import { useMemo } from 'preact/hooks'
import { membersSchema, roundsSchema, whySchema } from '../../src/api/schemas.ts'
import type { WhyAnswer } from '../../src/api/schemas.ts'
import { decodeLeaves, explain, replayRule } from '../../src/why/index.ts'
import type { Explanation, ReplayedRule, RoundLeaves, Step } from '../../src/why/index.ts'
import type { PageProps } from '../app.tsx'
import { useAnswer, useTask } from '../data/context.ts'
import { shortHash } from '../parts/format.ts'
import { Answered } from '../parts/loading.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Amount, Card, Empty, Facts, Hash, Notice } from '../parts/small.tsx'
import { Table } from '../parts/table.tsx'
import { VerdictBadge } from '../parts/verdict.tsx'
import { linkTo } from '../route.ts'
import { Trust } from './trust.tsx'

/** Why a member was rejected, paid or not: from the claim's own leaves, which the browser checks. */
export function WhyPage({ rest: [round, member] }: PageProps) {
  return (
    <>
      <PageHead title="Why?">why a member was rejected, paid or not in a round</PageHead>
      <Choose round={round} member={member} />
      {round !== undefined && member !== undefined && <Why round={round} member={member} />}
    </>
  )
}

function Choose({ round, member }: { round: string | undefined; member: string | undefined }) {
  const rounds = useAnswer('/rounds?limit=50', roundsSchema).answer?.rounds.filter(({ claimHash }) => claimHash !== null)
  const members = useAnswer('/members?limit=100', membersSchema).answer?.members
  if (rounds?.length === 0)
    return (
      <Card title="Which round?">
        <Empty>No claim stands yet. Answers appear after the first posted round.</Empty>
      </Card>
    )
  const choose = (event: SubmitEvent): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    location.hash = linkTo('why', String(form.get('round')), String(form.get('member')))
  }
  const numbers = [...new Set([...(round === undefined ? [] : [round]), ...(rounds ?? []).map((one) => one.round)])]
  const addresses = [...new Set([...(member === undefined ? [] : [member]), ...(members ?? []).map((one) => one.member)])]
  return (
    <Card title="Which member, which round?">
      <form class="row" onSubmit={choose} key={`${round} ${member} ${numbers.length} ${addresses.length}`}>
        <label>
          Round{' '}
          <select name="round" defaultValue={round}>
            {numbers.map((number) => (
              <option key={number} value={number} selected={number === round}>
                {number}
              </option>
            ))}
          </select>
        </label>
        <label>
          Member{' '}
          <select name="member">
            {addresses.map((address) => (
              <option key={address} value={address} selected={address === member}>
                {shortHash(address)} {members?.find((one) => one.member === address)?.role ?? ''}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" class="main">
          Why?
        </button>
      </form>
    </Card>
  )
}

function Why({ round, member }: { round: string; member: string }) {
  const loaded = useAnswer(`/rounds/${round}/members/${member}/why`, whySchema)
  return (
    <Answered loaded={loaded} what={`round ${round} of ${shortHash(member)}`}>
      {(answer) => <Answer answer={answer} asked={{ round, member }} />}
    </Answered>
  )
}

/** What the browser made of the node's leaves. */
type Judged = { leaves: RoundLeaves; replayed: ReplayedRule; explanation: Explanation } | { broken: string }

/** Leaves of another round or member may be as true as they like. */
function otherQuestion(
  { task, round, member }: WhyAnswer,
  asked: { task: string; round: string; member: string },
): string | undefined {
  if (task === asked.task && round === asked.round && member === asked.member.toLowerCase()) return undefined
  return `they are of task ${task}, round ${round} and ${member}, which is not what was asked`
}

function Answer({ answer, asked }: { answer: WhyAnswer; asked: { round: string; member: string } }) {
  const { token, task } = useTask()
  const judged = useMemo((): Judged => {
    const other = otherQuestion(answer, { task, ...asked })
    if (other !== undefined) return { broken: other }
    try {
      const leaves = decodeLeaves(answer)
      const replayed = replayRule(leaves, answer.operatorSlot === null ? {} : { operatorSlot: answer.operatorSlot })
      return { leaves, replayed, explanation: explain(leaves, { unit: token, poster: answer.operator as `0x${string}` }) }
    } catch (error) {
      return { broken: error instanceof Error ? error.message : String(error) }
    }
  }, [answer, token, task, asked.round, asked.member])
  if ('broken' in judged)
    return (
      <Notice kind="bad" live>
        <p>
          <strong>✕ Refused: the leaves of the node cannot be used: {judged.broken}.</strong>
        </p>
      </Notice>
    )
  const { leaves, replayed, explanation } = judged
  return (
    <Trust answer={answer} leaves={leaves}>
      <Card
        title={`Round ${answer.round}, ${shortHash(answer.member)}`}
        lead={explanation.verdict && <VerdictBadge verdict={explanation.verdict} />}
      >
        <p class="answer">{explanation.headline}</p>
        <Replayed replayed={replayed} />
        <Facts
          items={[
            ['Member', <Hash value={answer.member} what="member" />],
            ['Reward of the round', <Amount value={explanation.reward} />],
            ['Claim', <Hash value={answer.claimHash} what="claim hash" />],
            ['Posted by', <Hash value={answer.operator} what="operator" />],
          ]}
        />
      </Card>
      <Card title="Step by step" lead="in the order in which the claim decides">
        <ol class="steps">
          {explanation.steps.map((step) => (
            <StepView key={step.title} step={step} />
          ))}
        </ol>
      </Card>
    </Trust>
  )
}

function Replayed({ replayed: { differences, admitted } }: { replayed: ReplayedRule }) {
  if (differences.length === 0)
    return (
      <Notice kind="good">
        <p>
          ✓ This browser ran the rule again over the inner products of the {admitted.length} admitted updates. Every verdict,
          weight and score of the claim came out the same.
        </p>
      </Notice>
    )
  return (
    <Notice kind="bad" live>
      <p>
        <strong>✕ The claim is false: this browser ran the rule again and found another result.</strong>
      </p>
      <ul>
        {differences.slice(0, 8).map((difference) => (
          <li key={difference}>{difference}</li>
        ))}
      </ul>
    </Notice>
  )
}

const MARKS: Record<Step['outcome'], [sign: string, word: string]> = {
  for: ['✓', 'passed'],
  against: ['✕', 'decided against it'],
  note: ['·', 'noted'],
}

function StepView({ step: { title, outcome, text, facts } }: { step: Step }) {
  const [sign, word] = MARKS[outcome]
  return (
    <li class={`step ${outcome}`}>
      <span class="mark">
        <span aria-hidden="true">{sign}</span>
        <span class="hidden">{word}</span>
      </span>
      <div>
        <h3>{title}</h3>
        <p>{text}</p>
        {facts.length > 0 && (
          <details>
            <summary>Numbers and where they stand in the claim</summary>
            <Table
              caption={`${title}: the numbers`}
              rows={facts}
              keyOf={({ label }) => label}
              columns={[
                { head: 'What', cell: ({ label }) => label },
                { head: 'Value', cell: ({ value }) => value },
                {
                  head: 'Exact',
                  cell: ({ exact }) => <code title={exact}>{exact.startsWith('0x') ? shortHash(exact) : exact}</code>,
                },
                { head: 'Leaf', cell: ({ leaf }) => leaf },
              ]}
            />
          </details>
        )}
      </div>
    </li>
  )
}
