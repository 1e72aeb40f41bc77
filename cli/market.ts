import type { Command } from 'commander'
import buyCommands from './market/buy.ts'
import revenueCommands from './market/revenue.ts'
import sellCommands from './market/sell.ts'

/** `quorate market`: licences of registered models, and what they earn. */
export default function marketCommand(program: Command): void {
  const market = program.command('market').description('sell and buy licences of models, and share what they earn')
  buyCommands(market)
  revenueCommands(market)
  sellCommands(market)
}
