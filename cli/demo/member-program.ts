import type { DemoMember } from './consortium.ts'
import { POISONING_MEMBER } from './node-process.ts'

/** How to start a member of the demo: the ordinary command, or the separate program of a poisoner. */
export function memberProgram({ configPath, attack }: Pick<DemoMember, 'configPath' | 'attack'>): {
  args: string[]
  program?: string
} {
  if (attack) return { args: ['--config', configPath, '--attack', attack, '--json'], program: POISONING_MEMBER }
  return { args: ['member', 'run', '--config', configPath, '--json'] }
}
