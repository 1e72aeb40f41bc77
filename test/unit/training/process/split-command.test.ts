import { describe, expect, it } from 'vitest'
import { splitCommand } from '../../../../src/training/process/split-command.ts'

describe('splitCommand', () => {
  it.each([
    ['python train.py', ['python', 'train.py']],
    ['  python  -m quorate.flower   app:client ', ['python', '-m', 'quorate.flower', 'app:client']],
    [`python "my app.py" --name 'a "b"' c\\ d`, ['python', 'my app.py', '--name', 'a "b"', 'c d']],
    [`run --empty "" x'y'z`, ['run', '--empty', '', 'xyz']],
    ['echo $HOME && rm *', ['echo', '$HOME', '&&', 'rm', '*']],
  ])('%s', (command, words) => {
    expect(splitCommand(command)).toEqual(words)
  })

  it.each(['', '   ', 'python "train.py'])('refuses %j', (command) => {
    expect(() => splitCommand(command)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }) as Error)
  })
})
