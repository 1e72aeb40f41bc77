import { encodeFunctionData, parseAbiItem, toFunctionSelector } from 'viem'
import type { AbiFunction } from 'viem'
import { QuorateError } from '../../src/core/index.ts'
import type { Hex } from '../../src/protocol/index.ts'

/** The selector of a signature such as `transfer(address,uint256)`. @throws QuorateError USAGE */
export function selectorOf(signature: string): Hex {
  return toFunctionSelector(functionOf(signature))
}

/** The data of a call, with its arguments as text. Takes numbers, addresses, bytes, booleans and strings. @throws QuorateError USAGE */
export function callData(signature: string, texts: readonly string[]): Hex {
  const called = functionOf(signature)
  try {
    const args = called.inputs.map(({ type }, place) => valueOf(type, texts[place]))
    if (args.length !== texts.length) throw new TypeError(`it takes ${args.length} arguments`)
    return encodeFunctionData({ abi: [called], functionName: called.name, args })
  } catch (cause) {
    throw new QuorateError('USAGE', `the arguments do not fit ${signature}: ${(cause as Error).message}`, { cause })
  }
}

function functionOf(signature: string): AbiFunction {
  try {
    return parseAbiItem(`function ${signature}`) as AbiFunction
  } catch (cause) {
    const message = `${JSON.stringify(signature)} is no signature such as "transfer(address,uint256)"`
    throw new QuorateError('USAGE', message, { cause })
  }
}

function valueOf(type: string, text: string | undefined): unknown {
  if (text === undefined) throw new TypeError(`a ${type} is missing`)
  if (/^u?int\d*$/.test(type)) return BigInt(text)
  if (type === 'bool') return booleanOf(text)
  if (type === 'address' || type === 'string' || /^bytes\d*$/.test(type)) return text
  throw new TypeError(`a ${type} cannot be written as one word`)
}

function booleanOf(text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new TypeError(`a bool is true or false, not ${JSON.stringify(text)}`)
  return text === 'true'
}
