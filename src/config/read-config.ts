import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { TomlError, parse } from 'smol-toml'
import type { z } from 'zod'
import { QuorateError } from '../core/index.ts'
import { lineOf } from './line-of.ts'

/** A field that is not as it should be. */
export interface ConfigIssue {
  /** `chain.rpcUrl`; empty for the file as a whole. */
  path: string
  message: string
  /** Of the file, from 1; of its table where the field is missing. */
  line?: number
}

/**
 * Reads a TOML file against a schema that is made for the file's folder.
 *
 * Errors: CONFIG_NOT_FOUND; CONFIG_INVALID with `details: { file, issues }` and every issue in the message.
 */
export async function readConfig<Schema extends z.ZodType>(
  path: string,
  schemaFor: (folder: string) => Schema,
): Promise<z.output<Schema>> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new QuorateError('CONFIG_NOT_FOUND', `cannot read ${path}: ${(cause as Error).message}`, {
      cause,
      details: { file: path },
    })
  })
  return parseConfig(path, text, schemaFor(dirname(resolve(path))))
}

/** The configuration in the text of a file; CONFIG_INVALID naming `path` otherwise. */
export function parseConfig<Schema extends z.ZodType>(path: string, text: string, schema: Schema): z.output<Schema> {
  return checkConfig(path, parseToml(path, text), schema, text)
}

/**
 * The configuration in `value`; CONFIG_INVALID naming `path` otherwise.
 *
 * @param text of the file, whose lines the messages name
 */
export function checkConfig<Schema extends z.ZodType>(
  path: string,
  value: unknown,
  schema: Schema,
  text?: string,
): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issues = result.error.issues.flatMap(describeIssue)
  throw invalid(
    path,
    issues
      .filter((issue) => !isOfRenamed(issue, issues))
      .map((issue) => {
        const line = text === undefined ? undefined : lineOf(text, issue.path.split('.'))
        return line === undefined ? issue : { ...issue, line }
      }),
  )
}

function parseToml(path: string, text: string): unknown {
  try {
    return parse(text)
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause
    // The first line names the fault; the rest draws the place over several lines, which a log line cannot hold.
    const message = `line ${cause.line}, column ${cause.column}: ${cause.message.split('\n')[0]}`
    throw invalid(path, [{ path: '', message }], cause)
  }
}

function invalid(file: string, issues: readonly ConfigIssue[], cause?: unknown): QuorateError {
  const lines = issues.map(({ path, message, line }) => {
    const place = line === undefined ? '' : `line ${line}: `
    return path ? `${place}${path}: ${message}` : message
  })
  return new QuorateError('CONFIG_INVALID', `${file}: ${lines.join('; ')}`, { details: { file, issues }, cause })
}

/** Sections that had another name before, with what a file must say now. */
const RENAMED: Record<string, string> = {
  data: 'this section is called [state] now, because it is the own state of the node and not your data: rename it',
}

/** Whether the new name is only missing because the file has the old one. */
function isOfRenamed({ path, message }: ConfigIssue, issues: readonly ConfigIssue[]): boolean {
  return path === 'state' && message.startsWith('is missing') && issues.some((issue) => issue.message === RENAMED['data'])
}

function describeIssue(issue: z.core.$ZodIssue): ConfigIssue[] {
  const path = issue.path.join('.')
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const meant = issue.errors.reduce((best, branch) => (isNearer(branch, best) ? branch : best))
    return meant.flatMap((inner) => describeIssue({ ...inner, path: [...issue.path, ...inner.path] }))
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...issue.path, key].join('.'),
      message: (issue.path.length === 0 && RENAMED[key]) || 'this field does not exist; remove it or correct its name',
    }))
  }
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined')
  return [{ path, message: missing ? `is missing (${issue.expected})` : lowerFirst(issue.message) }]
}

/** Of several forms, the form is meant that has the most of the given fields, and then the one whose check passed the most of them. */
function isNearer(branch: readonly z.core.$ZodIssue[], best: readonly z.core.$ZodIssue[]): boolean {
  const unknown = (issues: readonly z.core.$ZodIssue[]): number =>
    issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 0), 0)
  const depth = (issues: readonly z.core.$ZodIssue[]): number => Math.max(...issues.map(({ path }) => path.length))
  const fewer = unknown(best) - unknown(branch)
  return fewer === 0 ? depth(branch) > depth(best) : fewer > 0
}

/** "Invalid input: expected string, received number" → "expected string, received number" */
function lowerFirst(message: string): string {
  const text = message.replace(/^Invalid (input|option): /, '')
  return text.charAt(0).toLowerCase() + text.slice(1)
}
