import { plural } from '../../src/core/plural.ts'
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { WhyAnswer } from '../../src/api/schemas.ts'
import type { Address, Hash } from '../../src/protocol/types.ts'
import { checkLeaves } from '../../src/why/index.ts'
import type { ChainFacts, LeafCheck, RoundLeaves } from '../../src/why/index.ts'
import { clientOfUrl, clientOfWallet } from '../chain/chain-client.ts'
import type { ChainClient } from '../chain/chain-client.ts'
import { readChainFacts } from '../chain/read-chain-facts.ts'
import type { ReadFacts } from '../chain/read-chain-facts.ts'
import { useWallets } from '../chain/wallets.ts'
import { useTask } from '../data/context.ts'
import { Card, Facts, Hash as ShortHash, Notice } from '../parts/small.tsx'

/** Where the claim hash comes from. */
type Word = { by: 'node' } | { by: 'chain'; via: string; facts: ReadFacts } | { by: 'nobody'; via: string; failure: string }

/** How the reader wants the chain to be asked; kept, so that the next answer is checked at once. */
const CHOICE_KEY = 'quorate-chain'

/** Checks the leaves against the claim hash, and shows the answer only if they fit. Says whose word the claim hash is. */
export function Trust({ answer, leaves, children }: { answer: WhyAnswer; leaves: RoundLeaves; children: ComponentChildren }) {
  const task = useTask()
  const wallets = useWallets()
  const [word, setWord] = useState<Word>({ by: 'node' })
  const [choice, setChoice] = useState(localStorage.getItem(CHOICE_KEY) ?? task.rpcUrls[0] ?? '')

  const ask = (via: string, client: ChainClient): void => {
    readChainFacts(client, {
      ledger: task.contracts.ledger as Address,
      task: BigInt(task.task),
      round: BigInt(answer.round),
      claimHash: answer.claimHash as Hash,
      fromBlock: BigInt(task.fromBlock),
    }).then(
      (facts) => setWord({ by: 'chain', via, facts }),
      (error: unknown) => setWord({ by: 'nobody', via, failure: briefly(error) }),
    )
  }
  const choose = (next: string): void => {
    localStorage.setItem(CHOICE_KEY, next)
    setChoice(next)
  }
  const wallet = wallets.find(({ info }) => info.rdns === choice)
  useEffect(() => {
    setWord({ by: 'node' })
    if (wallet) ask(wallet.info.name, clientOfWallet(wallet.provider, task.chainId))
    else if (/^https?:/.test(choice)) ask(choice, clientOfUrl(choice, task.chainId))
  }, [choice, wallet, answer.round, answer.claimHash])

  const facts: ChainFacts =
    word.by === 'chain' ? word.facts : { claimHash: answer.claimHash as Hash, specHash: task.specHash as Hash }
  const checked = check(leaves, facts)
  return (
    <>
      {'refused' in checked ? (
        <Notice kind="bad" live>
          <p>
            <strong>
              ✕ Refused: these leaves are not those of the claim {word.by === 'chain' ? 'on chain' : 'that the node names'}.
            </strong>
          </p>
          <p>{checked.refused}.</p>
          <p>Nothing of what the node says about this round is shown. Ask another node, or run quorate audit.</p>
        </Notice>
      ) : (
        children
      )}
      <Card title="Whose word is it?">
        <WordOf
          word={word}
          checks={'refused' in checked ? [] : checked.checks}
          ledger={task.contracts.ledger}
          chainId={task.chainId}
        />
        <div class="row">
          {wallets.map(({ info }) => (
            <button type="button" key={info.uuid} onClick={() => choose(info.rdns)} aria-pressed={info.rdns === choice}>
              Ask the chain through {info.name}
            </button>
          ))}
        </div>
        <UrlForm choice={/^https?:/.test(choice) ? choice : (task.rpcUrls[0] ?? '')} choose={choose} />
      </Card>
    </>
  )
}

function check(leaves: RoundLeaves, facts: ChainFacts): { checks: LeafCheck[] } | { refused: string } {
  try {
    return { checks: checkLeaves(leaves, facts) }
  } catch (error) {
    return { refused: error instanceof Error ? error.message : String(error) }
  }
}

function WordOf({ word, checks, ledger, chainId }: { word: Word; checks: LeafCheck[]; ledger: string; chainId: number }) {
  return (
    <>
      {word.by === 'chain' ? (
        <Notice kind={checks.length > 0 ? 'good' : 'bad'} live>
          <p>
            <strong>
              {checks.length > 0 ? '✓ Checked against the chain by this browser' : '✕ The chain has another claim'}, through{' '}
              {word.via}.
            </strong>
          </p>
          <p>
            {word.facts.from === 'ring'
              ? 'The ledger names this claim hash for the round.'
              : 'The ledger only keeps the last 64 claims. Its event shows that this claim hash was posted; that it still stands follows from the claims after it.'}{' '}
            {word.facts.final ? 'The claim is final.' : 'The claim is not final yet: it can still be disputed.'}
          </p>
        </Notice>
      ) : (
        <Notice kind="warn" live>
          <p>
            <strong>⚠ Only the node&rsquo;s word: the claim hash was not read from the chain.</strong>
          </p>
          <p>
            The leaves fit the claim hash that the node names. Ask the chain with a wallet or an RPC URL to know that it is the
            true one.
          </p>
          {word.by === 'nobody' && (
            <p>
              {word.via} did not help: {word.failure}.
            </p>
          )}
        </Notice>
      )}
      <Facts
        items={[
          ['Ledger contract', <ShortHash value={ledger} what="ledger" />],
          ['Chain', String(chainId)],
        ]}
      />
      <p class="soft">The node names the contract. Compare it with your invitation once.</p>
      {checks.length > 0 && (
        <details>
          <summary>{plural(checks.length, 'comparison')}</summary>
          <ul>
            {checks.map(({ what, committed }) => (
              <li key={what}>
                ✓ {what} <ShortHash value={committed} copy={false} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  )
}

function UrlForm({ choice, choose }: { choice: string; choose: (url: string) => void }) {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    choose(String(new FormData(event.currentTarget as HTMLFormElement).get('url')))
  }
  return (
    <form class="form" onSubmit={submit}>
      <label>
        <span>RPC URL of a chain node (the node that serves this page must allow its host)</span>
        <input name="url" type="url" required defaultValue={choice} placeholder="https://…" />
      </label>
      <div>
        <button type="submit">Ask the chain at this URL</button>
      </div>
    </form>
  )
}

function briefly(error: unknown): string {
  const { shortMessage, message } = error as { shortMessage?: string; message?: string }
  return (shortMessage ?? message ?? String(error)).split('\n')[0]!.replace(/\.$/, '')
}
