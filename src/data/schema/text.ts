import { z } from 'zod'
import type { Hash } from '../../protocol/index.ts'
import { nameField, objectField } from './fields.ts'
import { targetSchema } from './target.ts'

/**
 * Which tokeniser every member uses, in the format of `tokenizer.json` (Hugging Face). A small one stands in the schema as a whole; a large one is a
 * file, and the schema has the keccak256 of its bytes.
 */
const tokeniserSchema = z.union([
  z.strictObject({ definition: objectField }),
  z.strictObject({
    name: nameField,
    hash: z
      .string()
      .regex(/^0x[0-9a-f]{64}$/, 'expected 32 bytes as lower-case hex')
      .transform((text) => text as Hash),
  }),
])

/** Texts as token ids: the first `maxTokens` of a text, then `padId` up to that length. */
export const textSchema = z.strictObject({
  kind: z.literal('text'),
  column: nameField.default('text'),
  tokeniser: tokeniserSchema,
  maxTokens: z.int().min(1).max(65_536),
  padId: z.int().nonnegative().default(0),
  /** Whether the tokeniser adds its own marks, such as [CLS] and [SEP]. */
  specialTokens: z.boolean().default(false),
  target: targetSchema,
})

export type TextSchema = z.output<typeof textSchema>
