/** What tfjs trains: built-in models and layers models behind one interface. */
export type { Network, NetworkRun } from './network.ts'
export { builtinNetwork } from './builtin-network.ts'
export { layersNetwork } from './layers-network.ts'
export { logitsTopology } from './logits-topology.ts'
export type { LayersTopology } from './logits-topology.ts'
export { openNetwork } from './open-network.ts'
