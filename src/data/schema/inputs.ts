import type { DataSchema } from './schema.ts'
import type { TableColumn } from './table.ts'

/** Inputs that a column of a table has. */
export function columnWidth(column: TableColumn): number {
  const values = column.type === 'category' ? column.categories.length : 1
  return values + (column.missing === 'indicator' ? 1 : 0)
}

/** Shape of one record as the model takes it: [height, width, channels], [inputs], [tokens] or that of the array. */
export function inputShape(schema: DataSchema): readonly number[] {
  switch (schema.kind) {
    case 'image':
      return [schema.height, schema.width, schema.channels]
    case 'table':
      return [schema.columns.reduce((sum, column) => sum + columnWidth(column), 0)]
    case 'text':
      return [schema.maxTokens]
    case 'arrays':
      return schema.shape
  }
}

/** Numbers in one record. */
export function inputWidth(schema: DataSchema): number {
  return inputShape(schema).reduce((product, size) => product * size, 1)
}

/** Whether records are kept as bytes and scaled when they are read. */
export function keepsBytes(schema: DataSchema): boolean {
  return schema.kind === 'image' || (schema.kind === 'arrays' && schema.type === 'uint8')
}

/**
 * How bytes become inputs: value · factor + offset for each channel. Undefined where the trainer may take the bytes as they are, because
 * value / 255 is what the schema asks for.
 */
export function byteScale(schema: DataSchema): { factor: readonly number[]; offset: readonly number[] } | undefined {
  if (schema.kind === 'arrays') {
    if (schema.mean === 0 && schema.std === 255) return undefined
    return { factor: [1 / schema.std], offset: [-schema.mean / schema.std] }
  }
  if (schema.kind !== 'image') return undefined
  const { channels, mean, std } = schema
  if (mean.every((value) => value === 0) && std.every((value) => value === 1)) return undefined
  const each = (list: readonly number[], channel: number): number => list[list.length === 1 ? 0 : channel]!
  const numbers = Array.from({ length: channels }, (_, channel) => channel)
  return {
    factor: numbers.map((channel) => 1 / (255 * each(std, channel))),
    offset: numbers.map((channel) => -each(mean, channel) / each(std, channel)),
  }
}
