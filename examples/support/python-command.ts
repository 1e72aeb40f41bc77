import { resolve } from 'node:path'

const PACKAGE = resolve(import.meta.dirname, '../../python')

/** The command line of a Python program that imports the package in `python/`, which need not be installed. */
export function pythonCommand(python: string, ...words: string[]): string {
  return ['env', `PYTHONPATH=${PACKAGE}`, python, ...words].map((word) => `'${word}'`).join(' ')
}
