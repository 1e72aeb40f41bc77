import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { formatAmount, parseAmount } from '../../src/core/amount.ts'
import { useTask } from '../data/context.ts'
import { symbolOf } from '../parts/format.ts'

/** Asks for an amount in whole tokens. */
export function AmountForm({
  label,
  button,
  most,
  children,
  onAmount,
}: {
  label: string
  button: string
  most?: bigint
  children?: ComponentChildren
  onAmount: (amount: bigint) => void
}) {
  const { token } = useTask()
  const [problem, setProblem] = useState<string>()
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    try {
      setProblem(undefined)
      onAmount(parseAmount(String(new FormData(event.currentTarget as HTMLFormElement).get('amount')), token))
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
    }
  }
  return (
    <form class="form" onSubmit={submit}>
      <label>
        <span>
          {label}, in {symbolOf(token)}
          {most !== undefined && ` (at most ${formatAmount(most, token)})`}
        </span>
        <input name="amount" inputMode="decimal" autocomplete="off" required aria-invalid={problem !== undefined} />
      </label>
      {problem !== undefined && <p role="alert">{problem}</p>}
      {children}
      <div>
        <button type="submit">{button}</button>
      </div>
    </form>
  )
}
