import type { NodeEvents } from './events.ts'

/**
 * Prints each event as one line of JSON, with the time of this machine and the number of the event in this run, from 1: a gap means that a reader missed some.
 */
export function printEvents(
  events: Pick<NodeEvents, 'onAny'>,
  output: { result(event: Readonly<Record<string, unknown>>): void },
): void {
  let seq = 0
  events.onAny((event) => output.result({ ...event, time: new Date().toISOString(), seq: ++seq }))
}
