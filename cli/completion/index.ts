/**
 * Scripts by which shells complete the command line, made from commander's own tree, so that they know every command and option.
 *
 * @example bashScript(describeTree(program))
 */
export { describeTree } from './describe-tree.ts'
export type { CommandInfo, OptionInfo } from './describe-tree.ts'
export { bashScript, fishScript, zshScript } from './shell-scripts.ts'
