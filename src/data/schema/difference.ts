import type { DataSchema } from './schema.ts'

type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain }

/** Most differences that are named. */
const MOST = 20

/**
 * What differs between two schemas, each as a sentence that names the column or field and both values. Empty where the schemas are equal.
 *
 * @param mine of the member
 * @param theirs of the task
 * @example explainSchemaDifference(mine, task) // ['column age: mean is 0 here and 40 in the task']
 */
export function explainSchemaDifference(mine: DataSchema, theirs: DataSchema): string[] {
  if (mine.kind !== theirs.kind) return [`kind is ${mine.kind} here and ${theirs.kind} in the task`]
  const found: string[] = []
  compare([], mine as Plain, theirs as Plain, found)
  return found.length > MOST ? [...found.slice(0, MOST), `${found.length - MOST} more differences`] : found
}

function compare(path: readonly string[], mine: Plain | undefined, theirs: Plain | undefined, found: string[]): void {
  if (Array.isArray(mine) && Array.isArray(theirs)) {
    if (path.at(-1) === 'columns') compareColumns(mine as Column[], theirs as Column[], found)
    else compareLists(path, mine, theirs, found)
  } else if (isObject(mine) && isObject(theirs)) {
    for (const key of new Set([...Object.keys(mine), ...Object.keys(theirs)]))
      compare([...path, key], mine[key], theirs[key], found)
  } else if (mine !== theirs) {
    found.push(`${nameOf(path)} is ${show(mine)} here and ${show(theirs)} in the task`)
  }
}

type Column = { name: string; [key: string]: Plain }

function compareColumns(mine: readonly Column[], theirs: readonly Column[], found: string[]): void {
  const here = new Map(mine.map((column) => [column.name, column]))
  const there = new Map(theirs.map((column) => [column.name, column]))
  for (const name of here.keys()) if (!there.has(name)) found.push(`column ${name} is here and not in the task`)
  for (const name of there.keys()) if (!here.has(name)) found.push(`column ${name} is in the task and not here`)
  for (const [name, column] of here) {
    const other = there.get(name)
    if (other) compare([`column ${name}`], column, other, found)
  }
  const shared = (list: readonly Column[]): string[] =>
    list.map(({ name }) => name).filter((name) => here.has(name) && there.has(name))
  comparePositions('columns stand', shared(mine), shared(theirs), found)
}

/** Labels, categories and other lists of values. */
function compareLists(path: readonly string[], mine: readonly Plain[], theirs: readonly Plain[], found: string[]): void {
  const [here, there] = [mine, theirs].map((list) => list.map((item) => JSON.stringify(item))) as [string[], string[]]
  const only = (list: readonly string[], other: readonly string[]): string[] => {
    const known = new Set(other)
    return list.filter((item) => !known.has(item))
  }
  const [extra, lacking] = [only(here, there), only(there, here)]
  if (extra.length > 0) found.push(`${nameOf(path)}: ${shorten(extra)} here and not in the task`)
  if (lacking.length > 0) found.push(`${nameOf(path)}: ${shorten(lacking)} in the task and not here`)
  if (extra.length === 0 && lacking.length === 0) comparePositions(`${nameOf(path)} stand`, here, there, found)
}

function comparePositions(what: string, here: readonly string[], there: readonly string[], found: string[]): void {
  const at = here.findIndex((item, index) => item !== there[index])
  if (at >= 0)
    found.push(`${what} in another order: position ${at + 1} is ${here[at]} here and ${there[at] ?? 'nothing'} in the task`)
}

function isObject(value: Plain | undefined): value is { [key: string]: Plain } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `target.labels`, or `column age: mean`. */
function nameOf(path: readonly string[]): string {
  const [first, ...rest] = path
  return first?.startsWith('column ') ? `${first}: ${rest.join('.')}` : path.join('.')
}

function shorten(items: readonly string[]): string {
  return items.length > 5
    ? `${items.slice(0, 5).join(', ')} and ${items.length - 5} more are`
    : `${items.join(', ')} ${items.length === 1 ? 'is' : 'are'}`
}

function show(value: Plain | undefined): string {
  if (value === undefined) return 'not set'
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
