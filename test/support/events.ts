import { silentLogger } from '../../src/core/index.ts'
import { NodeEvents } from '../../src/node/index.ts'

/** An event whose fields a test looks at without asking for its kind first. */
export type AnyEvent = { event: string } & Record<string, unknown>

/** An emitter that remembers its events. */
export function recordedEvents(onEvent?: (event: AnyEvent) => void): { events: NodeEvents; told: AnyEvent[] } {
  const told: AnyEvent[] = []
  const events = new NodeEvents(silentLogger)
  events.onAny((event) => {
    told.push(event)
    onEvent?.(event)
  })
  return { events, told }
}
