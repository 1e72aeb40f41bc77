import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import pino from 'pino'
import type { DestinationStream, StreamEntry } from 'pino'
import type { Logger } from '../core/index.ts'
import { REDACTED_PATHS } from './redacted.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

export interface LoggerOptions {
  /** Name of the program: `coordinator`, `member`. */
  name?: string
  level?: LogLevel
  /** JSON lines are appended here; its folder is made. */
  file?: string
  /** Also, or without a file only, to stderr. stdout belongs to the result and is never written. */
  stderr?: boolean
}

/**
 * The programs' logger: JSON lines with `time` in ISO 8601, `level` by name, `name`, `msg` and the fields. Keys, tokens and salts are
 * blanked by their field names; errors keep code, details and cause. Each line is written before the call returns, so the last line
 * before a crash is there. A full disk or a closed terminal loses lines and disturbs nothing else.
 *
 * @example
 * const logger = createLogger({ name: 'member', file: config.log.file, level: config.log.level })
 * logger.info({ round: 7n }, 'round opened')
 */
export function createLogger({
  name = 'quorate',
  level = 'info',
  file,
  stderr = file === undefined,
}: LoggerOptions = {}): Logger {
  const streams: StreamEntry[] = []
  if (file !== undefined) streams.push({ level: 'debug', stream: fileStream(file) })
  if (stderr) streams.push({ level: 'debug', stream: quiet(pino.destination({ dest: 2, sync: true })) })
  const options = {
    name,
    level,
    base: { name, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: serializeError, error: serializeError, cause: serializeError },
    redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
  }
  return pino(options, pino.multistream(streams))
}

function fileStream(file: string): DestinationStream {
  mkdirSync(dirname(file), { recursive: true })
  return quiet(pino.destination({ dest: file, append: true, sync: true }))
}

/** A log that cannot be written must not stop the node that writes it. */
function quiet(stream: ReturnType<typeof pino.destination>): DestinationStream {
  stream.on('error', () => {})
  return stream
}

function serializeError(value: unknown): unknown {
  return value instanceof Error ? pino.stdSerializers.err(value) : value
}
