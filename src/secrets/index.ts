/**
 * Where secrets come from.
 *
 * - `readSecret(path)` reads a file and reports whether other users may read it.
 * - `takeVariable(name)`, `takeDescriptor(fd)`: what the program that started this one passed on, once.
 * - `askSecret(question)`: what a person types at a terminal.
 *
 * Needs nothing else. `exposure.ts` and docs/keys.md have the rules.
 */
export { askSecret } from './ask.ts'
export { takeDescriptor, takeVariable } from './once.ts'
export { readSecret } from './read-secret.ts'
