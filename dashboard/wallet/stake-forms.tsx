import type { Hex } from 'viem'
import type { MemberDetailAnswer } from '../../src/api/schemas.ts'
import { duration } from '../parts/format.ts'
import { Amount, Card, Empty } from '../parts/small.tsx'
import type { AccountState } from './account-state.ts'
import { AmountForm } from './amount-form.tsx'
import type { Intent, Intents } from './intent.ts'

export interface FormProps {
  state: AccountState
  intents: Intents
  /** Shows an intent for review. */
  ask: (intent: Intent) => void
}

/** Bond, join, leave, release, withdraw. */
export function StakeForms({ state, intents, ask }: FormProps) {
  const leaving = state.freeAt > 0
  return (
    <>
      <Card title="Bond" lead="tokens move into the vault">
        <AmountForm
          label="Amount"
          button="Review the bond"
          most={state.balance}
          onAmount={(amount) => ask(amount > state.allowance ? intents.approve(amount) : intents.bond(amount))}
        >
          <p class="soft">
            Two signatures: first the token is told that the vault may take the amount. Review the bond again after that.
          </p>
        </AmountForm>
      </Card>
      <Card title="Join the task" lead="a part of the free bond is at risk here">
        <AmountForm
          label="Amount"
          button="Review joining"
          most={state.free}
          onAmount={(amount) => ask(intents.allocate(amount, state.role === 'operator' ? 'operator' : 'member'))}
        >
          <p class="soft">
            The minimum of a member is <Amount value={state.minimum} />. Joining for the first time burns{' '}
            <Amount value={state.joiningFee} />.
          </p>
        </AmountForm>
        {!state.hasKeys && <KeysForm intents={intents} ask={ask} />}
      </Card>
      <Card title="Leave and withdraw">
        <p class="soft">
          Stake that leaves stays at risk for {duration(state.unbondingDelay)}. What is free can be withdrawn at once.
        </p>
        <div class="row">
          <button type="button" disabled={state.allocated === 0n || leaving} onClick={() => ask(intents.leave())}>
            Review leaving
          </button>
          <button type="button" disabled={!leaving} onClick={() => ask(intents.release(state.owner))}>
            Review releasing
          </button>
        </div>
        <AmountForm
          label="Withdraw"
          button="Review the withdrawal"
          most={state.free}
          onAmount={(amount) => ask(intents.withdraw(amount))}
        />
      </Card>
    </>
  )
}

/** Keys of the node, which made and signed them. */
function KeysForm({ intents, ask }: Omit<FormProps, 'state'>) {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const text = (name: string): Hex => String(form.get(name)).trim() as Hex
    ask(intents.registerKeys(text('operatorKey'), text('peerKey'), text('consent')))
  }
  return (
    <details>
      <summary>Register the keys of your node first</summary>
      <form class="form" onSubmit={submit}>
        <p class="soft">quorate member join does this by itself. Here it is for an owner key that only this wallet holds.</p>
        <label>
          <span>Operator key (address)</span>
          <input name="operatorKey" pattern="0x[0-9a-fA-F]{40}" required />
        </label>
        <label>
          <span>Peer key (32 bytes)</span>
          <input name="peerKey" pattern="0x[0-9a-fA-F]{64}" required />
        </label>
        <label>
          <span>Consent, signed by the operator key (65 bytes)</span>
          <input name="consent" pattern="0x[0-9a-fA-F]{130}" required />
        </label>
        <div>
          <button type="submit">Review the keys</button>
        </div>
      </form>
    </details>
  )
}

export function RewardForm({
  claimable,
  intents,
  ask,
}: { claimable: MemberDetailAnswer['claimable'] } & Omit<FormProps, 'state'>) {
  return (
    <Card title="Rewards">
      {claimable && claimable.amount !== '0' ? (
        <>
          <p>
            You may claim <Amount value={claimable.amount} />, earned up to round {claimable.round}.
          </p>
          <div>
            <button type="button" class="main" onClick={() => ask(intents.claim(claimable))}>
              Review the claim
            </button>
          </div>
        </>
      ) : (
        <Empty>Nothing to claim. Rewards appear here when a claim that pays you is final.</Empty>
      )}
    </Card>
  )
}
