import { isQuorateError, QuorateError } from '../src/core/index.ts'

/**
 * Reads a command-line option with `read`. Readers of configuration files give advice about a file, so their errors
 * become errors of the command line.
 *
 * @param option as typed, such as `--model`
 * @throws QuorateError FLAG_INVALID naming the option
 * @example const model = flagValue('--model', () => modelByName(flags.model))
 */
export function flagValue<T>(option: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw asFlagError(option, error)
  }
}

/** The same for values that take time to read. @throws QuorateError FLAG_INVALID naming the option */
export async function loadedFlagValue<T>(option: string, load: () => Promise<T>): Promise<T> {
  return load().catch((error: unknown) => {
    throw asFlagError(option, error)
  })
}

function asFlagError(option: string, error: unknown): unknown {
  if (!isQuorateError(error, 'CONFIG_INVALID') && !isQuorateError(error, 'USAGE')) return error
  return new QuorateError('FLAG_INVALID', `${option}: ${error.message}`, { details: { ...error.details, option }, cause: error })
}
