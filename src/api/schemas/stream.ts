import { z } from 'zod'

/**
 * `/events`: the data of one server-sent event. Its `event:` line is `event`, its `id:` line names the run of the node and the number of the event
 * there, as `<run>-<seq>`. The other fields stand in docs/events.md; `parseEvent` of src/node/events/catalogue.ts reads them.
 */
export const streamEventSchema = z
  .looseObject({
    event: z.string().describe('name of the event (docs/events.md)'),
    seq: z.int().min(1).describe('number of the event in this run'),
    time: z.iso.datetime().describe('clock of the machine'),
  })
  .meta({ id: 'StreamEvent' })
export type StreamEvent = z.infer<typeof streamEventSchema>
