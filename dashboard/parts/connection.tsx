import { useEffect, useState } from 'preact/hooks'
import { useSource } from '../data/context.ts'
import type { LiveState } from '../data/live.ts'

const WORDS: Record<LiveState, [sign: string, word: string, kind: string, means: string]> = {
  connecting: ['…', 'connecting', 'note', 'The page waits for the first event of the node.'],
  live: ['●', 'live', 'good', 'The page changes as the node tells what happens.'],
  lost: ['↻', 'reconnecting', 'warn', 'The connection to the node is lost. The page tries again; what it shows may be old.'],
}

/** Whether events come, and that a lost connection is tried again. */
export function ConnectionBadge() {
  const { live } = useSource()
  const [state, setState] = useState(live.state)
  useEffect(() => live.onState(setState), [live])
  const [sign, word, kind, means] = WORDS[state]
  return (
    <span class={`badge ${kind}`} role="status" title={means}>
      <span aria-hidden="true">{sign}</span> {word}
    </span>
  )
}
