import { isQuorateError, QuorateError } from '../src/core/index.ts'

/**
 * What `read` makes of a command-line option. The readers of configuration files serve options too; their advice is about a file, so the error is
 * told again as one of the command line.
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
  if (!isQuorateError(error, 'CONFIG_INVALID')) return error
  return new QuorateError('FLAG_INVALID', `${option}: ${error.message}`, { details: { ...error.details, option }, cause: error })
}
