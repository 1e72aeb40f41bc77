/**
 * The laboratory: grids of data set × partition × members × attackers × attack × rule × circumstance × seed, run in one process on the code that real nodes run
 * (trainer, quantiser, admission, Gram matrix, rule, step, ledger). Only the network and the chain are left out.
 *
 * Needs a tfjs back end and a data set; writes one JSON line for each finished cell, so that a grid resumes where it stopped.
 *
 * @example
 * for (const cell of gridCells(grid)) results.push(await runCell(cell, settings, { dataset, backend, kernels, attack, rule }))
 * const html = renderReport(results, 'quorate lab --attack alie')
 */
export { cellKey, gridCells } from './grid.ts'
export type { Cell, Grid, LabSettings } from './grid.ts'
export { loadLabDataset } from './lab-dataset.ts'
export type { LabDataset } from './lab-dataset.ts'
export { loadAttack, loadRule } from './load-module.ts'
export type { Loaded } from './load-module.ts'
export type {
  Attack,
  AttackContext,
  Backdoor,
  CoalitionAttack,
  CoalitionContext,
  LabAttack,
  OmniscientAttack,
  OmniscientContext,
  PublicHistory,
  PublicRound,
  SampleContext,
} from './attacks/index.ts'
export { appendResult, readResults } from './results.ts'
export { renderMarkdown } from './markdown.ts'
export { renderReport, REPORT_STYLE } from './report.ts'
export { escapeHtml, lineChart } from './svg.ts'
export { runCell } from './run-cell.ts'
export { playRecorded, recordRun } from './recorded/index.ts'
export type { PlayedRun, RecordedRun } from './recorded/index.ts'
export { createSharedTraining } from './share-training.ts'
export type { SharedTraining } from './share-training.ts'
export { isObjective, OBJECTIVES, searchAttack } from './search/index.ts'
export type { Objective, ObjectiveName, Tried } from './search/index.ts'
export { isCoalition, labAttackByName, tuningText } from './attacks/index.ts'
export { liveThrough, redraw } from './simulate-evidence.ts'
export type { Lifetime } from './simulate-evidence.ts'
export type { CellResult, LabParts, Punishment, Treatment } from './cell-result.ts'
export { byzantineShare } from './byzantine-share.ts'
export { CIRCUMSTANCES, circumstanceByName } from './circumstances/index.ts'
export type { Circumstance, DealContext } from './circumstances/index.ts'
export { circumstancesTable } from './circumstances-table.ts'
export { attackersTable } from './attackers-table.ts'
export { ownTable } from './own-table.ts'
export { worstTable } from './worst-table.ts'
export { summarise } from './summarise.ts'
export type { Group, Summary } from './summarise.ts'
