/** What servers of models and those who pay them sign (docs/inference.md). */
export * from './batch.ts'
export type { InferenceReceipt, SignedReceipt } from './receipt.ts'
export { isReceiptSigned, receiptDigest, signReceipt } from './receipt.ts'
export * from './request.ts'
export * from './voucher.ts'
