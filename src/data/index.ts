/**
 * The data of a member: records of images, tables, texts and arrays after a schema that all members of a task share.
 *
 * A schema says what a record is. `openDataset` reads a folder or file after it, `checkDataset` reports what is wrong with them, `fingerprint` makes a
 * salted root of the records. Nothing here sends anything anywhere.
 *
 * @example
 * const schema = parseSchema(JSON.parse(text))
 * await using data = await openDataset(schema, './folder')
 * const { inputs, labels } = await readSamples(data, 'train')
 */
export * from './schema/index.ts'
export type { Batch, Dataset, Part, PartName } from './dataset.ts'
export type { Finding } from './findings.ts'
export { HELD_OUT, openDataset } from './open-dataset.ts'
export type { OpenOptions } from './open-dataset.ts'
export { readSamples } from './samples.ts'
export type { PartSamples } from './samples.ts'
export { checkDataset } from './check.ts'
export type { DataReport } from './check.ts'
export { reportLines } from './report-lines.ts'
export type { ColumnReport, TokeniserDefinition } from './encode/index.ts'
export { wordTokeniser } from './encode/index.ts'
export type { LabelCount } from './short-parts.ts'
export { fingerprint, proveInclusion, verifyInclusion } from './fingerprint.ts'
export type { Fingerprint, InclusionProof } from './fingerprint.ts'
export { draftSchema } from './draft/index.ts'
export type { Draft, DraftOptions } from './draft/index.ts'
