import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js'

/**
 * Keeps grpc-js from writing to stderr by itself: its messages arrive as errors, and stderr belongs to the program. Its
 * own debugging switches still work.
 */
export function quietGrpc(): void {
  const asked = ['GRPC_VERBOSITY', 'GRPC_NODE_VERBOSITY', 'GRPC_TRACE', 'GRPC_NODE_TRACE'].some((name) => process.env[name])
  if (!asked) setLogVerbosity(logVerbosity.NONE)
}
