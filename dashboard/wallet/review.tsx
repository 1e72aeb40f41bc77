import { useEffect, useState } from 'preact/hooks'
import type { Hash } from 'viem'
import { useTask } from '../data/context.ts'
import { Card, Facts, Hash as ShortHash, Notice } from '../parts/small.tsx'
import type { Connected } from './connection.ts'
import type { Intent } from './intent.ts'
import { sayFailure } from './say-failure.ts'
import type { Failure } from './say-failure.ts'

type Stage =
  | { at: 'simulating' }
  | { at: 'refused'; failure: Failure }
  | { at: 'ready'; gas: bigint }
  | { at: 'signing' }
  | { at: 'sent'; hash: Hash }
  | { at: 'done'; hash: Hash; block: bigint }
  | { at: 'failed'; failure: Failure; hash?: Hash }

/** Shows what will be signed, tries it on the chain first, asks the wallet, and shows the transaction. */
export function Review({
  intent,
  connected,
  onDone,
  onClose,
}: {
  intent: Intent
  connected: Connected
  onDone: () => void
  onClose: () => void
}) {
  const { token } = useTask()
  const [stage, setStage] = useState<Stage>({ at: 'simulating' })
  const doing = intent.title.charAt(0).toLowerCase() + intent.title.slice(1)
  const { address, abi, functionName, args } = intent
  const call = { address, abi, functionName, args, account: connected.owner } as const
  useEffect(() => {
    const estimate = async (): Promise<Stage> => {
      try {
        await connected.reads.simulateContract(call)
        return { at: 'ready', gas: await connected.reads.estimateContractGas(call) }
      } catch (error) {
        return { at: 'refused', failure: sayFailure(error, doing, token) }
      }
    }
    void estimate().then(setStage)
  }, [])

  const sign = async (): Promise<void> => {
    setStage({ at: 'signing' })
    let hash: Hash | undefined
    try {
      hash = await connected.signer.writeContract({ address, abi, functionName, args })
      setStage({ at: 'sent', hash })
      const { status, blockNumber } = await connected.reads.waitForTransactionReceipt({ hash })
      if (status !== 'success') throw new Error('the transaction was mined and reverted')
      setStage({ at: 'done', hash, block: blockNumber })
      onDone()
    } catch (error) {
      setStage({ at: 'failed', failure: sayFailure(error, doing, token), ...(hash && { hash }) })
    }
  }
  const over = stage.at === 'done' || stage.at === 'failed' || stage.at === 'refused'
  return (
    <Card title={intent.title} lead="what you are about to sign" id="review">
      <ul>
        {intent.words.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <Facts
        items={[
          [
            'Contract',
            <>
              {intent.contract} <ShortHash value={address} what="contract" />
            </>,
          ],
          ['Function', <code>{functionName}</code>],
          ['Arguments', <code>{args.map(argumentText).join(', ')}</code>],
          ['From', <ShortHash value={connected.owner} what="account" />],
          ['Chain', String(connected.signer.chain.id)],
        ]}
      />
      <StageView stage={stage} />
      <div class="row">
        {stage.at === 'ready' && (
          <button type="button" class="main" onClick={() => void sign()}>
            Sign in {connected.wallet.info.name}
          </button>
        )}
        <button type="button" onClick={onClose}>
          {over ? 'Close' : 'Do not sign'}
        </button>
      </div>
    </Card>
  )
}

function StageView({ stage }: { stage: Stage }) {
  switch (stage.at) {
    case 'simulating':
      return <Notice live>The chain tries it without sending anything …</Notice>
    case 'ready':
      return (
        <Notice kind="good" live>
          ✓ The chain would accept it. It takes about {stage.gas.toLocaleString('en')} gas.
        </Notice>
      )
    case 'signing':
      return (
        <Notice kind="warn" live>
          Look at your wallet: it asks for your signature.
        </Notice>
      )
    case 'sent':
      return (
        <Notice kind="warn" live>
          <p>Sent. The page waits for a block.</p>
          <p>
            Transaction <ShortHash value={stage.hash} what="transaction" />
          </p>
        </Notice>
      )
    case 'done':
      return (
        <Notice kind="good" live>
          <p>✓ Done, in block {String(stage.block)}.</p>
          <p>
            Transaction <ShortHash value={stage.hash} what="transaction" />
          </p>
        </Notice>
      )
    case 'refused':
    case 'failed':
      return (
        <Notice kind="bad" live>
          <p>
            <strong>✕ {stage.failure.what}.</strong>
          </p>
          <p>{stage.failure.advice}</p>
          <p class="soft">
            {stage.failure.code}
            {stage.at === 'refused' && '. Nothing was sent.'}
            {stage.at === 'failed' && stage.hash && (
              <>
                . Transaction <ShortHash value={stage.hash} what="transaction" />
              </>
            )}
          </p>
        </Notice>
      )
  }
}

function argumentText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(argumentText).join(', ')}]`
  if (typeof value === 'object' && value !== null) return `(${Object.values(value).map(argumentText).join(', ')})`
  return value === '' ? '""' : String(value)
}
