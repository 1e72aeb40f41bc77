import type { ZodType } from 'zod'
import * as shapes from '../../../src/api/schemas.ts'

/** The schema of the answer of each path. */
export const ROUTE_SHAPES: readonly (readonly [pattern: RegExp, shape: ZodType])[] = [
  [/^\/node$/, shapes.nodeSchema],
  [/^\/task$/, shapes.taskSchema],
  [/^\/rounds$/, shapes.roundsSchema],
  [/^\/rounds\/\d+$/, shapes.roundSchema],
  [/^\/rounds\/\d+\/gram$/, shapes.gramSchema],
  [/^\/rounds\/\d+\/members\/0x[0-9a-f]{40}\/why$/, shapes.whySchema],
  [/^\/members$/, shapes.membersSchema],
  [/^\/members\/0x[0-9a-f]{40}$/, shapes.memberDetailSchema],
  [/^\/disputes$/, shapes.disputesSchema],
  [/^\/evaluations$/, shapes.evaluationsSchema],
  [/^\/spendings$/, shapes.spendingsSchema],
  [/^\/economics$/, shapes.economicsSchema],
  [/^\/governance$/, shapes.governanceSchema],
  [/^\/lineage$/, shapes.lineageSchema],
  [/^\/metrics$/, shapes.metricsSchema],
]
