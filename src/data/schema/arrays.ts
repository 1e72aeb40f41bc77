import { z } from 'zod'
import { meanField, nameField, stdField } from './fields.ts'
import { targetSchema } from './target.ts'

/**
 * Numbers that are inputs already: IDX files, NumPy files, a module. A value is trained as (value − mean) / std. `uint8` keeps bytes as bytes, which takes a
 * quarter of the memory; with mean 0 and std 255 they reach the trainer as bytes too.
 */
export const arraysSchema = z.strictObject({
  kind: z.literal('arrays'),
  /** Name of the array of inputs in an .npz file, in the file name of an .npy file, or in the records of a module. */
  inputs: nameField.default('x'),
  /** Shape of one record. */
  shape: z.array(z.int().positive()).min(1).max(6),
  type: z.enum(['uint8', 'float32']).default('float32'),
  mean: meanField.default(0),
  std: stdField.default(1),
  target: targetSchema,
})

export type ArraysSchema = z.output<typeof arraysSchema>
