import type { ComponentChildren } from 'preact'
import type { Loaded } from '../data/context.ts'
import { Empty, Notice } from './small.tsx'

/** Shows an answer, or what keeps it away. */
export function Answered<T>({
  loaded,
  what,
  children,
}: {
  loaded: Loaded<T>
  what: string
  children: (answer: T) => ComponentChildren
}) {
  const { answer, problem } = loaded
  if (answer !== undefined) return <>{children(answer)}</>
  if (problem === undefined) return <Empty>Loading {what} …</Empty>
  return (
    <Notice kind={problem.status === 404 ? 'note' : 'bad'} live>
      <p>
        <strong>{sentence(problem.detail)}</strong>
      </p>
      <p>{sentence(problem.advice)}</p>
      <p class="soft">
        {problem.code}: this concerns {what}.
      </p>
    </Notice>
  )
}

function sentence(text: string): string {
  const upper = text.charAt(0).toUpperCase() + text.slice(1)
  return upper === '' || /[.!?]$/.test(upper) ? upper : `${upper}.`
}
