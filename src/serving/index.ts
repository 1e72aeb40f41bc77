/**
 * An HTTP server of one final model, whose answers are signed (docs/inference.md). `Payments` asks the chain how a call is paid, `Answerer` signs, and
 * `ReceiptBook` keeps what must never be forgotten.
 *
 * @example
 * const app = servingRoutes({ model, payments, answerer, book, terms: {} })
 */
export * from './answer-questions.ts'
export * from './answerer.ts'
export * from './payments.ts'
export * from './post-batches.ts'
export * from './receipt-book.ts'
export * from './routes.ts'
export * from './served-model.ts'
