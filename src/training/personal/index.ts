/**
 * Personal layers: tensors of a model that stay with each member, because members' data differ for good (FedPer, Arivazhagan et al. 2019).
 *
 *     task document ─▶ personalParts ─▶ keepPersonal(learner) ─▶ update of the shared part, values of the member's own part
 *
 * The protocol sees the shared tensors only: they are the document's `tensors`. The personal ones stand in its training part with their first values.
 */
export { choosePersonal } from './choose-personal.ts'
export type { ChosenTensors } from './choose-personal.ts'
export { cutModel } from './cut-model.ts'
export type { CutModel } from './cut-model.ts'
export { keepPersonal } from './keep-personal.ts'
export { personalParts } from './personal-parts.ts'
export type { PersonalParts } from './personal-parts.ts'
export { personalSchema, valuesText, wholeTensors } from './personal-tensors.ts'
export type { PersonalDocument, PersonalTensor } from './personal-tensors.ts'
export { wholeTask } from './whole-task.ts'
export type { LearnerTask } from './whole-task.ts'
