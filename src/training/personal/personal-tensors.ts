import { z } from 'zod'
import type { TensorShape } from '../../protocol/task-document.ts'

/** Parameters that may stay with members: their first values stand in the task document, which every node of the task holds. */
export const MOST_PERSONAL = 2 ** 18

/** Personal tensors of a task, at most. */
const MOST_TENSORS = 4096

const product = (shape: readonly number[]): number => shape.reduce((all, size) => all * size, 1)

const personalTensor = z
  .strictObject({
    name: z.string().min(1),
    shape: z.array(z.int().positive()),
    /** Place among all tensors of the model, from 0. */
    place: z.int().min(0),
    /** First values, float32 little endian in base64. */
    values: z.base64(),
  })
  .refine(({ shape }) => product(shape) <= MOST_PERSONAL, {
    path: ['shape'],
    message: `expected at most ${MOST_PERSONAL} values`,
  })
  .refine(({ shape, values }) => isFloats(values, product(shape)), {
    path: ['values'],
    message: 'expected one finite float32 for each value of the shape',
  })

/** A tensor that stays with each member: it is no part of the model on chain. */
export type PersonalTensor = z.output<typeof personalTensor>

/** The personal tensors of a task document, in the order of their places. */
export const personalSchema = z
  .array(personalTensor)
  .min(1)
  .max(MOST_TENSORS)
  .refine((list) => list.every(({ place }, i) => i === 0 || place > list[i - 1]!.place), 'expected ascending places')
  .refine(
    (list) => list.reduce((sum, { shape }) => sum + product(shape), 0) <= MOST_PERSONAL,
    `expected at most ${MOST_PERSONAL} values in all`,
  )

/** What personal layers ask of a task document. */
export interface PersonalDocument {
  /** Shared by all members. */
  tensors: readonly TensorShape[]
  personal?: readonly PersonalTensor[] | undefined
}

/** @param values float32 of one tensor */
export function valuesText(values: Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64')
}

/** @returns float32 of one tensor, a copy */
export function valuesOf({ values }: Pick<PersonalTensor, 'values'>): Float32Array {
  const bytes = Buffer.from(values, 'base64')
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}

function isFloats(text: string, count: number): boolean {
  // Checked before it is taken as floats: a text that is no base64 decodes to bytes of any number.
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === 4 * count && valuesOf({ values: text }).every((value) => Number.isFinite(value))
}

/**
 * All tensors of a model in its own order: the shared tensors of the document with the personal ones in their places.
 *
 * @example wholeTensors({ tensors: [a, c], personal: [{ ...b, place: 1 }] }) // a, b, c
 */
export function wholeTensors({ tensors, personal = [] }: PersonalDocument): { name: string; shape: number[] }[] {
  const whole = tensors.map(({ name, shape }) => ({ name, shape: [...shape] }))
  for (const { name, shape, place } of personal) whole.splice(place, 0, { name, shape: [...shape] })
  return whole
}
