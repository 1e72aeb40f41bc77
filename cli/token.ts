import type { Command } from 'commander'
import { askChainId, errorInTokens, mintDevelopmentTokens, readToken, sendEther } from '../src/chain/index.ts'
import { loadKeyFile } from '../src/config/index.ts'
import { onInterrupt } from '../src/console/index.ts'
import { formatTokens, NATIVE, parseAmount, silentLogger } from '../src/core/index.ts'
import { openChainSession } from '../src/account/index.ts'
import type { Address } from '../src/protocol/index.ts'
import { address, rpcOption, wholeNumber } from './chain-options.ts'
import { tellResult } from './tell-result.ts'

interface MintFlags {
  rpc: readonly string[]
  ledger: Address
  chainId?: number
  keyFile: string
  to: Address
  amount: string
  gas: string
  json: boolean
}

/** `quorate token mint`: tokens and gas for members of a development deployment. */
export default function tokenCommand(program: Command): void {
  program
    .command('token')
    .description('mint the development token')
    .command('mint')
    .description('mint development tokens for an account and send it native currency for gas')
    .addOption(rpcOption().makeOptionMandatory())
    .requiredOption('--ledger <address>', 'address of the RoundLedger', address)
    .requiredOption('--key-file <file>', 'private key of the deployer, which owns the token')
    .requiredOption('--to <address>', 'account that receives the tokens', address)
    .requiredOption('--amount <tokens>', 'amount of tokens')
    .option('--gas <ether>', 'native currency to send too', '0')
    .option('--chain-id <id>', 'expected chain id; any by default', wholeNumber)
    .option('--json', 'print the result as JSON', false)
    .action(async (flags: MintFlags) => {
      using interrupt = onInterrupt()
      const { signal } = interrupt
      const chainId = flags.chainId ?? (await askChainId(flags.rpc, signal))
      const key = await loadKeyFile(flags.keyFile)
      await using session = await openChainSession({
        rpcUrl: flags.rpc,
        chainId,
        ledger: flags.ledger,
        key,
        logger: silentLogger,
        signal,
      })
      const unit = await readToken(session.chain, { token: session.contracts.token, signal })
      const amount = parseAmount(flags.amount, unit)
      const gas = parseAmount(flags.gas, NATIVE)
      try {
        await mintDevelopmentTokens(session.sender, { token: session.contracts.token, to: flags.to, amount, signal })
        if (gas > 0n) await sendEther(session.sender, { to: flags.to, amount: gas, signal })
      } catch (error) {
        throw errorInTokens(error, unit)
      }
      tellResult({ event: 'minted', ok: true, to: flags.to, amount, gas }, `${flags.to} received ${formatTokens(amount, unit)}`, {
        json: flags.json,
        mined: session.mined,
        unit,
      })
    })
}
