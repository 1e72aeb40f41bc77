export * from './task-document.ts'
export * from './default-task.ts'
