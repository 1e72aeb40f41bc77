import { isQuorateError, QuorateError } from '../core/index.ts'

/** stdout carries the result, stderr the progress. With `--json` the result is one JSON object a line. */
export interface Output {
  readonly json: boolean
  /** The result of a command, or one event of a long-running one. `human` is printed without `--json`. */
  result(event: Record<string, unknown>, human?: string): void
  /** A line of progress. */
  story(line: string): void
}

/** JSON text with bigints as decimal strings and maps as objects. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'bigint' ? item.toString() : item instanceof Map ? Object.fromEntries(item) : item,
  )
}

export function createOutput(json: boolean): Output {
  return {
    json,
    result(event, human) {
      if (json) process.stdout.write(`${toJson(event)}\n`)
      else if (human !== undefined && human !== '') process.stdout.write(`${human}\n`)
    },
    story(line) {
      process.stderr.write(`${line}\n`)
    },
  }
}

/**
 * The output of a node. Where its log goes to stderr, the log says everything, and programs that read it find JSON alone: the story would say the same again.
 *
 * @example const output = createNodeOutput(json, config.log)
 */
export function createNodeOutput(json: boolean, log: { level: string; file?: string | undefined }): Output {
  const output = createOutput(json)
  const logged = log.file === undefined && log.level !== 'silent'
  return logged ? { ...output, story: () => {} } : output
}

/** Prints the error and its advice, and returns the exit code (docs/errors.md). */
export function reportError(error: unknown, json: boolean): number {
  const known = isQuorateError(error)
    ? error
    : new QuorateError('INTERNAL', error instanceof Error ? error.message : String(error), { cause: error })
  process.stderr.write(`${known.toString()}\n`)
  if (known.code === 'INTERNAL' && error instanceof Error && error.stack) process.stderr.write(`${error.stack}\n`)
  if (json) {
    process.stdout.write(
      `${toJson({ event: 'error', ok: false, code: known.code, message: known.message, advice: known.advice, details: known.details })}\n`,
    )
  }
  return known.exitCode
}
