/**
 * Gradient inversion: what of a member's images can be recovered from what others see of its update (Zhu et al. 2019, "Deep Leakage from Gradients"; Geiping et al. 2020,
 * "Inverting Gradients"). The member is a real trainer, and the attacker knows the model, the settings of the task and, if wanted, the labels.
 */
export { invertCase, inversionKey } from './invert-case.ts'
export type { InversionCase, InversionParts, InversionResult } from './invert-case.ts'
export { summariseInversion } from './summarise-inversion.ts'
export type { InversionSummary } from './summarise-inversion.ts'
export { inversionMarkdown } from './inversion-markdown.ts'
export { drawGallery } from './gallery.ts'
