import { closeSync, fstatSync, readFileSync } from 'node:fs'

/**
 * Takes a secret out of an environment variable. Programs that this process starts do not inherit it.
 *
 * @returns undefined if the variable is not set
 */
export function takeVariable(name: string): string | undefined {
  const value = process.env[name]
  delete process.env[name]
  return value
}

/**
 * Reads a file descriptor that was open when this process began, and closes it. A pipe is read to its end.
 *
 * @throws Error if nothing that can be read was passed at this number, else the errors of `node:fs`
 */
export function takeDescriptor(fd: number): string {
  const kind = fstatSync(fd)
  // Node keeps descriptors of its own, which are none of these where no other program passed one.
  if (!kind.isFIFO() && !kind.isFile() && !kind.isSocket()) throw new Error('it is no pipe, file or socket')
  const text = readFileSync(fd, 'utf8')
  closeSync(fd)
  return text
}
