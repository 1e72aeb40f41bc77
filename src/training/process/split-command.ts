import { QuorateError } from '../../core/errors.ts'

/**
 * The words of a command line. No shell reads it: quotes keep blanks, a backslash keeps the next character, and nothing is expanded.
 *
 * @throws QuorateError CONFIG_INVALID for an empty command or a quote that is not closed
 * @example splitCommand('python -m quorate.flower "my app:client"') // ['python', '-m', 'quorate.flower', 'my app:client']
 */
export function splitCommand(command: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let at = 0; at < command.length; at++) {
    let letter = command[at]!
    if (letter === '\\' && quote !== "'" && at + 1 < command.length) letter = command[++at]!
    else if (letter === quote) {
      quote = ''
      continue
    } else if (quote === '' && (letter === '"' || letter === "'")) {
      quote = letter
      word ??= ''
      continue
    } else if (quote === '' && /\s/.test(letter)) {
      if (word !== undefined) words.push(word)
      word = undefined
      continue
    }
    word = (word ?? '') + letter
  }
  if (word !== undefined) words.push(word)
  if (quote !== '') throw new QuorateError('CONFIG_INVALID', `the command of the trainer has an open quote: ${command}`)
  if (words.length === 0) throw new QuorateError('CONFIG_INVALID', 'the command of the trainer is empty')
  return words
}
