import { QuorateError } from '../../core/errors.ts'
import type { TrainerEnd } from './trainer-child.ts'

const MiB = 1024 * 1024

/** What the end of a program means for the job it had. */
export function endError({ code, signal, lines, memory }: TrainerEnd): QuorateError {
  if (memory) {
    const [took, limit] = [memory.bytes, memory.limit].map((bytes) => Math.round(bytes / MiB))
    return new QuorateError('TRAINER_MEMORY', `the trainer took ${took} MiB of memory, and the limit is ${limit} MiB`, {
      details: memory,
    })
  }
  const how = signal ? `was ended by ${signal}` : `ended with exit code ${code}`
  // The last line of a Python traceback names the error.
  const last = lines.length > 0 ? `: ${lines.at(-1)}` : ' and wrote nothing to stderr'
  return new QuorateError('TRAINER_CRASHED', `the trainer ${how}${last}`, { details: { exitCode: code, signal, lines } })
}
