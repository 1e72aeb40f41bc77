import { useCallback, useEffect, useMemo, useState } from 'preact/hooks'
import { memberDetailSchema } from '../../src/api/schemas.ts'
import { NATIVE } from '../../src/core/amount.ts'
import type { PageProps } from '../app.tsx'
import { useWallets } from '../chain/wallets.ts'
import type { Wallet } from '../chain/wallets.ts'
import { useAnswer, useTask } from '../data/context.ts'
import { roundTokens } from '../parts/format.ts'
import { PageHead } from '../parts/page-head.tsx'
import { Amount, Card, Empty, Facts, Figures, Hash, Notice, Time } from '../parts/small.tsx'
import { readAccountState } from './account-state.ts'
import type { AccountState } from './account-state.ts'
import { connectWallet } from './connection.ts'
import type { Connected } from './connection.ts'
import { RewardForm, StakeForms } from './stake-forms.tsx'
import { Intents } from './intent.ts'
import type { Intent } from './intent.ts'
import { Review } from './review.tsx'
import { sayFailure } from './say-failure.ts'
import type { Failure } from './say-failure.ts'
import { VoteForms } from './vote-forms.tsx'

/** Stake, votes and rewards by a wallet of the browser. The node sees nothing of it: the page asks the wallet, and the wallet the chain. */
export function WalletPage({ rest }: PageProps) {
  const [connected, setConnected] = useState<Connected>()
  return (
    <>
      <PageHead title="Wallet">bond, join, vote, claim: your wallet signs, and the node has no part in it</PageHead>
      {connected ? (
        <Account
          key={connected.owner}
          connected={connected}
          proposal={rest[0] === 'vote' ? rest[1] : undefined}
          onLeave={() => setConnected(undefined)}
        />
      ) : (
        <Connect onConnected={setConnected} />
      )}
    </>
  )
}

function Connect({ onConnected }: { onConnected: (connected: Connected) => void }) {
  const task = useTask()
  const wallets = useWallets()
  const [failure, setFailure] = useState<Failure>()
  const connect = (wallet: Wallet): void => {
    connectWallet(wallet, task).then(onConnected, (error: unknown) =>
      setFailure(sayFailure(error, `connect ${wallet.info.name}`, task.token)),
    )
  }
  return (
    <Card title="Choose a wallet" lead={`the task is on chain ${task.chainId}`}>
      {wallets.length === 0 && (
        <Empty>
          No wallet has announced itself in this browser (EIP-6963). Install or unlock one, and it appears here. Without a wallet,
          the commands quorate member and quorate gov do the same.
        </Empty>
      )}
      <div class="row">
        {wallets.map((wallet) => (
          <button type="button" class="main" key={wallet.info.uuid} onClick={() => connect(wallet)}>
            Connect {wallet.info.name}
          </button>
        ))}
      </div>
      {failure && (
        <Notice kind="bad" live>
          <p>
            <strong>{failure.what}.</strong>
          </p>
          <p>{failure.advice}</p>
        </Notice>
      )}
    </Card>
  )
}

function Account({ connected, proposal, onLeave }: { connected: Connected; proposal: string | undefined; onLeave: () => void }) {
  const task = useTask()
  const [state, setState] = useState<AccountState>()
  const [failure, setFailure] = useState<Failure>()
  const [intent, setIntent] = useState<Intent>()
  const detail = useAnswer(`/members/${connected.owner.toLowerCase()}`, memberDetailSchema)
  const intents = useMemo(() => new Intents(task), [task])
  const load = useCallback(() => {
    readAccountState(connected.reads, task, connected.owner).then(setState, (error: unknown) =>
      setFailure(sayFailure(error, 'read your account', task.token)),
    )
  }, [connected, task])
  useEffect(load, [load])
  useEffect(() => {
    if (intent) document.querySelector('#review')?.scrollIntoView({ block: 'nearest' })
  }, [intent])
  return (
    <>
      {failure && (
        <Notice kind="bad" live>
          <p>{failure.what}.</p>
          <p>{failure.advice}</p>
        </Notice>
      )}
      {intent && (
        <Review
          key={`${intent.functionName} ${intent.title}`}
          intent={intent}
          connected={connected}
          onDone={load}
          onClose={() => setIntent(undefined)}
        />
      )}
      {state && (
        <div class="cards">
          <Card
            title="Your account"
            lead={
              <button type="button" class="plain" onClick={onLeave}>
                disconnect {connected.wallet.info.name}
              </button>
            }
          >
            <Figures
              items={[
                ['in the wallet', <Amount value={state.balance} />],
                ['free bond', <Amount value={state.free} />],
                ['at risk here', <Amount value={state.allocated} />],
              ]}
            />
            <Facts
              items={[
                ['Address', <Hash value={state.owner} what="your address" />],
                ['For gas', `${roundTokens(state.ether, NATIVE)} ETH`],
                ['Role in the task', state.role === 'none' ? 'none yet' : state.role],
                ['Stake that counts', <Amount value={state.eligible} />],
                ['Node keys', state.hasKeys ? 'registered' : 'none yet'],
                ['Paid out until now', <Amount value={state.claimed} />],
                ...(state.freeAt > 0
                  ? ([['Leaving, free from', <Time at={state.freeAt} />]] as [string, preact.JSX.Element][])
                  : []),
              ]}
            />
          </Card>
          <RewardForm claimable={detail.answer?.claimable ?? null} intents={intents} ask={setIntent} />
          <StakeForms state={state} intents={intents} ask={setIntent} />
          <VoteForms state={state} intents={intents} ask={setIntent} proposal={proposal} />
        </div>
      )}
    </>
  )
}
