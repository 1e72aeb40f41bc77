/**
 * What members say that they spent of their privacy budgets. A member that trains privately states it for each sealed update, signed. `Spendings` judges and keeps the
 * statements, `SPENDING_FILES` has them on disk for commands, `shareSpending` speaks. No claim depends on them, and nobody can check them against an update.
 */
export * from './share-spending.ts'
export * from './spending-file.ts'
export * from './spendings.ts'
