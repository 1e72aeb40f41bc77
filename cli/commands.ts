import { readFileSync } from 'node:fs'
import { Command } from 'commander'

/** Commands by name; a module is loaded only for its own command, because tfjs and libp2p take a second to load. */
export const COMMANDS: Record<string, { summary: string; load: () => Promise<{ default: (program: Command) => void }> }> = {
  demo: { summary: 'train MNIST with honest members and poisoners on this machine', load: async () => import('./demo.ts') },
  lab: { summary: 'measure attacks against rules in this process', load: async () => import('./lab.ts') },
  simulate: {
    summary: 'run a task with all its members in this process, before anybody bonds anything',
    load: async () => import('./simulate.ts'),
  },
  deploy: { summary: 'deploy the contracts and open a task on any EVM chain', load: async () => import('./deploy.ts') },
  task: {
    summary: 'create, succeed, stop and refund tasks on deployed contracts',
    load: async () => import('./task.ts'),
  },
  doctor: {
    summary: 'look at this machine: what it has for a node, and what would be faster',
    load: async () => import('./doctor.ts'),
  },
  invite: { summary: 'write an invitation to a task, by which members join', load: async () => import('./invite.ts') },
  data: {
    summary: 'check the data of a member, draft its schema, make its fingerprint, grant access to it',
    load: async () => import('./data.ts'),
  },
  privacy: {
    summary: 'plan the noise of private training, and say what it has spent',
    load: async () => import('./privacy.ts'),
  },
  coordinator: { summary: 'run the node of an operator', load: async () => import('../coordinator/cli/coordinator.ts') },
  member: {
    summary: 'run a consortium member: join, run, claim, leave',
    load: async () => import('../participant/cli/member.ts'),
  },
  key: { summary: 'make a key, or say the address of one', load: async () => import('./key.ts') },
  gov: { summary: 'read parameters, propose changes, vote', load: async () => import('./gov.ts') },
  token: { summary: 'mint development tokens', load: async () => import('./token.ts') },
  status: { summary: 'show the round, members, stakes and rewards of a task', load: async () => import('./status.ts') },
  why: { summary: 'say why a member was paid or not in a round', load: async () => import('./why.ts') },
  report: { summary: 'write one HTML file about a task for people who run nothing', load: async () => import('./report.ts') },
  model: {
    summary: 'export models, register them, trace them back to genesis, write cards of them',
    load: async () => import('./model.ts'),
  },
  market: { summary: 'sell and buy licences of models, and share what they earn', load: async () => import('./market.ts') },
  serve: { summary: 'answer with a final model over HTTP, with signed receipts', load: async () => import('./serve.ts') },
  receipt: { summary: 'check what a server signed for an answer', load: async () => import('./receipt.ts') },
  oracle: { summary: 'bring scores of a model on chain, signed by k of n', load: async () => import('./oracle.ts') },
  guard: { summary: 'let an agent act within limits, with a breaker', load: async () => import('./guard.ts') },
  insight: {
    summary: 'stream a chain into Parquet files, and describe its addresses',
    load: async () => import('./insight.ts'),
  },
  guardian: {
    summary: 'pause the contracts for a limited time, or cancel a queued proposal',
    load: async () => import('./guardian.ts'),
  },
  watch: { summary: 'check posted claims and prove false claims on chain', load: async () => import('./watch.ts') },
  completion: {
    summary: 'print a script by which a shell completes commands and options',
    load: async () => import('./completion.ts'),
  },
  audit: {
    summary: 'replay every final round from its evidence and compare with the chain',
    load: async () => import('./audit.ts'),
  },
}

/** The program without commands. */
export function newProgram(): Command {
  return new Command('quorate')
    .description('Federated learning without a trusted server')
    .version(versionLine(), '-V, --version', 'print the version of Quorate, and of Node')
    .helpCommand(false)
}

function versionLine(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
  return `quorate ${version} (node ${process.versions.node}, ${process.platform} ${process.arch})`
}
