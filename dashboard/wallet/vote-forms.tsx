import { isAddress } from 'viem'
import { governanceSchema } from '../../src/api/schemas.ts'
import { useAnswer, useTask } from '../data/context.ts'
import { Amount, Card, Empty, Hash } from '../parts/small.tsx'
import type { FormProps } from './stake-forms.tsx'

/** Vote and delegate. */
export function VoteForms({ state, intents, ask, proposal }: FormProps & { proposal: string | undefined }) {
  const { governance } = useTask()
  const { answer } = useAnswer(governance ? '/governance' : undefined, governanceSchema)
  if (!governance) return null
  const active = answer?.proposals.filter(({ state: stage }) => stage === 'active') ?? []
  const vote = (event: SubmitEvent): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    ask(intents.vote(BigInt(String(form.get('proposal'))), String(form.get('support')) as 'for', String(form.get('reason'))))
  }
  const delegate = (event: SubmitEvent): void => {
    event.preventDefault()
    const to = String(new FormData(event.currentTarget as HTMLFormElement).get('to')).trim()
    if (isAddress(to, { strict: false })) ask(intents.delegate(to))
  }
  return (
    <>
      <Card title="Vote">
        <p>
          You have <Amount value={state.votes} /> of votes now.
        </p>
        {active.length === 0 ? (
          <Empty>No proposal takes votes now. An active proposal appears here.</Empty>
        ) : (
          <form class="form" onSubmit={vote}>
            <label>
              <span>Proposal</span>
              <select name="proposal">
                {active.map((one) => (
                  <option key={one.proposal} value={one.proposal} selected={one.proposal === proposal}>
                    {one.description ?? one.reference}
                  </option>
                ))}
              </select>
            </label>
            <label>
              <span>Your vote</span>
              <select name="support">
                <option value="for">for</option>
                <option value="against">against</option>
                <option value="abstain">abstain</option>
              </select>
            </label>
            <label>
              <span>Reason (everybody can read it)</span>
              <input name="reason" autocomplete="off" />
            </label>
            <div>
              <button type="submit">Review the vote</button>
            </div>
          </form>
        )}
      </Card>
      <Card title="Delegate">
        <p>
          {state.delegate.toLowerCase() === state.owner.toLowerCase() ? (
            'You vote with your own stake.'
          ) : (
            <>
              <Hash value={state.delegate} what="delegate" /> votes with your stake.
            </>
          )}
        </p>
        <form class="form" onSubmit={delegate}>
          <label>
            <span>Who votes with your stake (your own address takes the votes back)</span>
            <input name="to" pattern="0x[0-9a-fA-F]{40}" required autocomplete="off" />
          </label>
          <div>
            <button type="submit">Review the delegation</button>
          </div>
        </form>
      </Card>
    </>
  )
}
