import { decodeFunctionData, parseAbi } from 'viem'
import { describe, expect, it } from 'vitest'
import { callData, selectorOf } from '../../../cli/guard/call.ts'

const SIGNATURE = 'set(uint256,bool,address,bytes,string)'
const TO = '0x00000000000000000000000000000000000000aa'

describe('callData', () => {
  it('writes the words of a call', () => {
    const { args } = decodeFunctionData({
      abi: parseAbi([`function ${SIGNATURE}`]),
      data: callData(SIGNATURE, ['7', 'false', TO, '0x0102', 'a b']),
    })
    expect(args).toEqual([7n, false, expect.stringMatching(/aa$/i), '0x0102', 'a b'])
    expect(selectorOf('pause()')).toBe('0x8456cb59')
  })

  it.each([
    ['set(bool)', ['yes'], 'a bool is true or false, not "yes"'],
    ['set(bool)', [], 'a bool is missing'],
    ['set(uint8)', ['1', '2'], 'it takes 1 arguments'],
    ['set(uint8[])', ['1'], 'a uint8[] cannot be written as one word'],
    ['set(uint8)', ['x'], 'set(uint8)'],
    ['set(', ['1'], 'is no signature'],
  ])('%s does not take %j', (signature, texts, words) => {
    expect(() => callData(signature, texts)).toThrow(expect.objectContaining({ code: 'USAGE' }))
    expect(() => callData(signature, texts)).toThrow(words)
  })
})
