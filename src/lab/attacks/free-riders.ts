import type { Attack, AttackContext } from './attack.ts'
import { noise, norm, plus } from './vectors.ts'

/** Length of the first update, before a public step shows the usual length: root mean square of a hundredth per parameter. */
const FIRST = 0.01

const usual = ({ lastChange, layout }: AttackContext): number =>
  (lastChange && norm(lastChange)) || FIRST * Math.sqrt(layout.parameters)

const pureNoise = (context: AttackContext): Float32Array => noise(context.layout, usual(context), context.random)

/** Trains nothing and sends noise of the length of the last public step. */
export const freeRiderNoise: Attack = {
  name: 'free-rider-noise',
  description: 'sends noise as long as the last step of the model, trains nothing',
  paper: 'Lin et al. 2019, Free-riders in Federated Learning: Attacks and Defenses (random weights)',
  idle: true,
  poisonUpdate: (_delta, context) => pureNoise(context),
}

/** Trains nothing and sends the last public step back; noise in the first round. */
export const freeRiderReplay: Attack = {
  name: 'free-rider-replay',
  description: 'sends the last step of the model again, trains nothing',
  paper: 'Lin et al. 2019, Free-riders in Federated Learning: Attacks and Defenses (delta weights)',
  idle: true,
  poisonUpdate: (_delta, context) => context.lastChange?.slice() ?? pureNoise(context),
}

/** The replayed step hidden under noise of half its length. */
export const freeRiderDisguised: Attack = {
  name: 'free-rider-disguised',
  description: 'sends the last step of the model with noise on top, trains nothing',
  paper: 'Fraboni, Vidal, Lorenzi 2021, Free-rider Attacks on Model Aggregation in Federated Learning (disguised)',
  idle: true,
  poisonUpdate: (_delta, context) =>
    context.lastChange ? plus(context.lastChange, pureNoise(context), 0.5) : pureNoise(context),
}
