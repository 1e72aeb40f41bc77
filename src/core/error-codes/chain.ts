import type { ErrorEntry } from './error-entry.ts'

/** Errors of the chain and of the RPC node. */
export const CHAIN_ERRORS = {
  RPC_UNREACHABLE: {
    exit: 3,
    grpc: 'UNAVAILABLE',
    advice:
      'Check the RPC URL and that the node runs. If the node limits requests, use another provider. Nothing is lost: a node goes on by itself; repeat a command when the node answers.',
  },
  API_UNREACHABLE: {
    exit: 3,
    grpc: 'UNAVAILABLE',
    advice: 'Check the URL of the API, that the node runs with `listen` under `[api]`, and the token if it asks for one.',
  },
  RPC_DISAGREEMENT: {
    exit: 3,
    grpc: 'UNAVAILABLE',
    advice:
      'One of the named RPC nodes lies, is broken, or follows another chain: replace it in the list `rpcUrl` under `[chain]`. Of three or more endpoints the majority decides. The node signs nothing meanwhile.',
  },
  CHAIN_VIEW_DIFFERED: {
    exit: 3,
    grpc: 'UNAVAILABLE',
    advice:
      'The RPC node left out events or answered from another branch of the chain. The node has repaired its view. If this repeats, use another provider.',
  },
  HEADER_UNSUPPORTED: {
    exit: 3,
    grpc: 'FAILED_PRECONDITION',
    advice:
      'Update this program: the chain has block headers of a newer fork. Until then another node stores the seed of the round; or let `rpcUrl` under `[chain]` name a node that answers debug_getRawHeader.',
  },
  CHAIN_ID_MISMATCH: {
    exit: 3,
    grpc: 'FAILED_PRECONDITION',
    advice:
      'Make `rpcUrl` and `chainId` under `[chain]` name the same chain; on the command line they are `--rpc` and `--chain-id`.',
  },
  CHAIN_HISTORY_DIFFERS: {
    exit: 3,
    grpc: 'FAILED_PRECONDITION',
    advice:
      'Check that `--rpc` names the chain of the folder. If it does, the chain was reset or its history was rewritten: sync into a new folder, or allow deeper reorganisations with `--max-reorg`.',
  },
  CONTRACT_NOT_FOUND: {
    exit: 3,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Check the ledger address and the chain: `quorate deploy` writes both to deployment.json.',
  },
  JUDGE_UNKNOWN: {
    exit: 3,
    grpc: 'FAILED_PRECONDITION',
    advice:
      'Run the version of Quorate with which the task was founded: its judge would take claims of this version for false, and the operator would lose stake. Nothing was signed. New tasks get the judge of the version that runs `quorate deploy`.',
  },
  GOVERNANCE_NOT_FOUND: {
    exit: 3,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Votes do not govern this deployment: ask the owner of its contracts, or deploy with `quorate deploy --governance`.',
  },
  INSUFFICIENT_FUNDS: {
    exit: 3,
    grpc: 'FAILED_PRECONDITION',
    advice: 'Send native currency for gas to the named address and retry.',
  },
  TRANSACTION_REVERTED: {
    exit: 3,
    grpc: 'FAILED_PRECONDITION',
    advice: 'A contract rejected the call for the reason above, and nothing changed. Mend that reason and retry.',
  },
  PAUSED: {
    exit: 3,
    grpc: 'FAILED_PRECONDITION',
    advice: 'The guardian paused the contracts. Retry at the time above (unix seconds); deadlines stand still until then.',
  },
  TRANSACTION_TIMEOUT: {
    exit: 3,
    grpc: 'DEADLINE_EXCEEDED',
    advice: 'Check the fee and the RPC node. The journal holds the transaction, and the next start looks for it.',
  },
  TRACKING_FAILED: {
    exit: 6,
    grpc: 'UNAVAILABLE',
    advice:
      'Check the address under `[tracking]`, and that the server is a tracking server of MLflow. The node runs on without it.',
  },
} as const satisfies Record<string, ErrorEntry>
