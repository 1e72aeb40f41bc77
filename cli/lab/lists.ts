import { QuorateError } from '../../src/core/index.ts'

/** Items of a list that commas separate, each once. @throws QuorateError FLAG_INVALID */
export function list(flag: string, text: string): string[] {
  const items = text.split(',').map((item) => item.trim())
  if (items.some((item) => item === '')) invalid(`${flag} "${text}": an item of the list is empty`)
  return [...new Set(items)]
}

/** Whole numbers of a list. @throws QuorateError FLAG_INVALID */
export function numbers(flag: string, text: string, least: number, most: number): number[] {
  return list(flag, text).map((item) => {
    const value = /^\d+$/.test(item) ? Number(item) : Number.NaN
    if (!(value >= least && value <= most)) invalid(`${flag} ${item}: expected ${least} to ${most}`)
    return value
  })
}

export function within(flag: string, value: number, least: number, most: number): number {
  if (!(value >= least && value <= most)) invalid(`${flag} ${value}: expected ${least} to ${most}`)
  return value
}

export function invalid(message: string): never {
  throw new QuorateError('FLAG_INVALID', message)
}
